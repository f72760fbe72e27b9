# bench_training: how fast networks train, with compare.py beside it. See README.md.
find_package(Torch REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Threads REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/App.hpp REQUIRED)
add_executable(bench_training training.cpp trainingceiling.cpp trainingpipeline.cpp trainingruns.cpp trainingtogether.cpp)
target_link_libraries(bench_training PRIVATE normscope_model ${TORCH_LIBRARIES} nlohmann_json::nlohmann_json Threads::Threads
                      normscope_allocator)
target_include_directories(bench_training SYSTEM PRIVATE ${CLI11_INCLUDE_DIR} ${TORCH_INCLUDE_DIRS})
set_target_properties(bench_training PROPERTIES AUTOMOC OFF)
