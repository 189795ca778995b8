package dev.hypersd.distillation;

import dev.hypersd.judge.reward.Reward;

/**
 * A judge that a student is to please.
 *
 * @param name for logs
 * @param weight of what a picture lacks
 * @param enough the score above which a picture lacks nothing: what is good already is not driven on to where the judge errs
 */
public record WeightedReward(String name, Reward reward, double weight, double threshold) {}
