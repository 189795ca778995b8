/**
 * Predicts which picture of a text people would choose: BLIP's image tokens and a text encoder that attends to them (Li et al., 2022), with a head
 * for one number, as ImageReward (Xu et al., 2023) has it. Small configurations judge the embedded model, the published one loads as it is.
 */
@NullMarked
package dev.hypersd.judge.preference;

import org.jspecify.annotations.NullMarked;
