/* SPDX-License-Identifier: Apache-2.0 */
/* What a mistyped word was meant to be. */
#include "options.h"
#include "tool.h"

#include <limits.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, for short words. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[32];
    size_t n = strlen(b);
    if (strlen(a) > 30 || n > 30)
        return UINT_MAX;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (unsigned i = 0; a[i]; i++) {
        unsigned diagonal = row[0];
        row[0] = i + 1;
        for (unsigned k = 0; k < n; k++) {
            unsigned above = row[k + 1];
            row[k + 1] = least(least(above, row[k]) + 1, diagonal + (a[i] != b[k]));
            diagonal = above;
        }
    }
    return row[n];
}

/* The nearest of some words, NULL: none is near. Of two, the one with the same first letter. */
static const char *nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    unsigned best_cost = 6;
    for (; *words; words++) {
        unsigned d = distance(word, *words);
        if (d < 3 && 2 * d + (word[0] != words[0][0]) < best_cost) {
            best_cost = 2 * d + (word[0] != words[0][0]);
            best = *words;
        }
    }
    return best;
}

int unknown_word(const char *what, const char *dashes, const char *word, const char *const *words,
                 const char *help)
{
    const char *best = nearest(word, words);
    if (best)
        return complain(EXIT_USAGE, "there is no %s %s%s, did you mean %s%s", what, dashes, word,
                        dashes, best);
    return complain(EXIT_USAGE, "there is no %s %s%s, see hilnic %s", what, dashes, word, help);
}
