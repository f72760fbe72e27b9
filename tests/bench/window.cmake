# bench_window: how the window feels. See README.md.
add_executable(bench_window window.cpp windowfigures.cpp windowsession.cpp windowstart.cpp windowpages.cpp
               windowcharts.cpp windowgaps.cpp)
target_link_libraries(bench_window PRIVATE normscope_ui normscope_test_support normscope_allocator)
add_dependencies(bench_window normscope)
