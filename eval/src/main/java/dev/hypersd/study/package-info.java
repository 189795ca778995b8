/**
 * Preference studies: people say which of two pictures of the same prompt is the better one, without knowing which
 * method drew which.
 *
 * <p>A {@link dev.hypersd.study.Study} contains the questions, {@link dev.hypersd.study.RaterOrder} is the order in
 * which a person sees the pairs, and {@link dev.hypersd.study.VoteFile} keeps the votes.
 * {@link dev.hypersd.study.StudyResult} counts the votes, and {@link dev.hypersd.study.BradleyTerry} computes a score
 * for each method from them.
 */
@NullMarked
package dev.hypersd.study;

import org.jspecify.annotations.NullMarked;
