/* SPDX-License-Identifier: Apache-2.0 */
/* From words to struct options, and what to say when a word is none that is known. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "tool.h"

extern const struct command commands[]; /* ended by one without a name */

/* Takes the options and operands of a command. 0; the exit code, complained; or -1: help was asked for. */
int options_parse(const struct command *, struct options *, int argc, char **argv);

/* Complains that there is no such command or option, with the nearest that there is, if one is near; the exit code.
 * `dashes` stand before the word: "" or "--". `words` end with NULL; `help` are the words after hilnic to look further. */
int unknown_word(const char *what, const char *dashes, const char *word, const char *const *words,
                 const char *help);

#endif
