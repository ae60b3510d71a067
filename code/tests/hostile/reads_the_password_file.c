/* SPDX-License-Identifier: MIT */
#include "/etc/passwd"
#include "exercise.h"
