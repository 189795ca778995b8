/**
 * Preference studies: people say which of two pictures of the same prompt is the better one, without knowing which
 * method drew which.
 *
 * <p>A {@link dev.hypersd.study.Study} says what is asked, {@link dev.hypersd.study.RaterOrder} in which order a person
 * sees the pairs, and {@link dev.hypersd.study.VoteFile} keeps the votes. {@link dev.hypersd.study.StudyResult} counts
 * them, and {@link dev.hypersd.study.BradleyTerry} turns them into a score for each method.
 */
@NullMarked
package dev.hypersd.study;

import org.jspecify.annotations.NullMarked;
