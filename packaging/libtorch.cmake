# Finds LibTorch: Debian's, or a newer one (a Python wheel or the official archive) given by CMAKE_PREFIX_PATH.
# Sets what find_package(Torch) sets, NORMSCOPE_TORCH_LINK_OPTIONS for the targets that link it, and
# NORMSCOPE_TORCH_HAS_CUDA where it can train on a GPU.

# TorchConfig.cmake looks for libc10 in the system's folders before its own, so with Debian's LibTorch installed as well
# the two would mix. Its own root in CMAKE_PREFIX_PATH prevents that; `torch.utils.cmake_prefix_path` names ROOT/share/cmake.
set(saved_prefix_path "${CMAKE_PREFIX_PATH}")
file(TO_CMAKE_PATH "$ENV{CMAKE_PREFIX_PATH}" environment_prefix_path)
set(torch_hints ${CMAKE_PREFIX_PATH} ${environment_prefix_path})
if(Torch_DIR)
  list(PREPEND torch_hints "${Torch_DIR}/..")
endif()
foreach(hint IN LISTS torch_hints)
  if(EXISTS "${hint}/Torch/TorchConfig.cmake")
    get_filename_component(torch_root "${hint}/../.." ABSOLUTE)
    list(PREPEND CMAKE_PREFIX_PATH "${torch_root}")
  endif()
endforeach()
find_package(Torch REQUIRED)
set(CMAKE_PREFIX_PATH "${saved_prefix_path}")

list(GET TORCH_INCLUDE_DIRS 0 torch_root)
get_filename_component(torch_root "${torch_root}/.." REALPATH)
get_filename_component(c10_real "${c10_LIBRARY}" REALPATH)
string(FIND "${c10_real}" "${torch_root}/" position)
if(c10_real AND NOT position EQUAL 0)
  message(FATAL_ERROR
    "Two LibTorch would be mixed: the headers are in ${torch_root}, but libc10 was found as ${c10_LIBRARY}.\n"
    "Delete this build folder's CMakeCache.txt and configure again with -DCMAKE_PREFIX_PATH=${torch_root}")
endif()

# The CUDA libraries that a wheel was built with lie beside it. They come before the toolkit's, which may be older.
set(NORMSCOPE_TORCH_LINK_OPTIONS)
file(GLOB wheel_libraries LIST_DIRECTORIES true "${torch_root}/../nvidia/*/lib")
foreach(folder IN LISTS wheel_libraries)
  get_filename_component(folder "${folder}" REALPATH)
  list(APPEND NORMSCOPE_TORCH_LINK_OPTIONS "LINKER:-rpath,${folder}")
endforeach()

if(TARGET torch_cuda AND EXISTS "${torch_root}/include/ATen/cuda/CUDAGraph.h")
  set(NORMSCOPE_TORCH_HAS_CUDA ON)
  message(STATUS "LibTorch ${Torch_VERSION} has CUDA: runs train on a GPU where there is one")
else()
  set(NORMSCOPE_TORCH_HAS_CUDA OFF)
  message(STATUS "LibTorch ${Torch_VERSION} has no CUDA: runs train on the CPU")
endif()

# The fast engine is written for Debian's oneDNN 2; headers of another one beside LibTorch's would be taken in their place.
if(EXISTS "${torch_root}/include/dnnl.hpp" AND NOT torch_root STREQUAL "/usr")
  set(CMAKE_DISABLE_FIND_PACKAGE_dnnl ON)
  message(STATUS "This LibTorch brings a oneDNN of its own: the fast engine for the CPU is left out")
endif()
