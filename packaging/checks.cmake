# Tests of what this folder ships. Those whose tool is not installed are left out.
find_program(DESKTOP_FILE_VALIDATE desktop-file-validate)
find_program(APPSTREAMCLI appstreamcli)
find_program(SHELLCHECK shellcheck)
set(here ${CMAKE_CURRENT_SOURCE_DIR})
if(DESKTOP_FILE_VALIDATE)
  add_test(NAME desktop_file COMMAND ${DESKTOP_FILE_VALIDATE} ${here}/normscope.desktop)
endif()
if(APPSTREAMCLI)
  add_test(NAME metainfo COMMAND ${APPSTREAMCLI} validate --no-net ${here}/org.normscope.normscope.metainfo.xml)
endif()
if(SHELLCHECK)
  add_test(NAME shell_scripts COMMAND ${SHELLCHECK} ${here}/install-packages.sh ${here}/build.sh ${here}/run.sh
           ${here}/test.sh ${here}/check-manual.sh ${PROJECT_SOURCE_DIR}/.ci/run)
endif()
# Every option that the programs offer is in their manual pages.
add_test(NAME manual COMMAND sh ${here}/check-manual.sh $<TARGET_FILE:normscope-cli>
         ${CMAKE_CURRENT_BINARY_DIR}/normscope-cli.1
         train resume repair runs compare export evaluate "data fetch" "data inspect" info)
if(TARGET normscope)
  add_test(NAME manual_window COMMAND sh ${here}/check-manual.sh $<TARGET_FILE:normscope>
           ${CMAKE_CURRENT_BINARY_DIR}/normscope.1)
  set_tests_properties(manual_window PROPERTIES ENVIRONMENT QT_QPA_PLATFORM=offscreen)
endif()
