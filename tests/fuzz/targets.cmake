# SPDX-License-Identifier: GPL-3.0-or-later
# Every parser of outside bytes: targets/NAME.cpp and corpus/NAME.
set(NORMSCOPE_FUZZ_TARGETS archive checkpoint cifarbinary cifarpickle idx image imagecache runjson safetensors statedict
  tables texts)
