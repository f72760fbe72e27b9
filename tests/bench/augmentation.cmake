# bench_augmentation: what one image of RandAugment and normalization costs, with augmentation.py beside it.
find_package(nlohmann_json 3.11 REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/App.hpp REQUIRED)
add_executable(bench_augmentation augmentation.cpp)
target_link_libraries(bench_augmentation PRIVATE normscope_options normscope_model nlohmann_json::nlohmann_json normscope_allocator)
target_include_directories(bench_augmentation SYSTEM PRIVATE ${CLI11_INCLUDE_DIR})
set_target_properties(bench_augmentation PROPERTIES AUTOMOC OFF)
