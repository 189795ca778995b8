package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.schedule.ScheduleSettings;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class PlanPropertiesTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    /** All by name, and the options that no name has. */
    @Provide
    Arbitrary<Sampler> samplers() {
        Arbitrary<Sampler> named = Arbitraries.of(Samplers.names())
                .filter(name -> !name.startsWith("lcm_shift")) // They have four steps at most.
                .map(Samplers::named);
        return Arbitraries.oneOf(
                named,
                Arbitraries.of(
                        new Euler(TimestepSpacing.leading(1), SigmaSpacing.KARRAS, FinalSigma.ZERO),
                        new Euler(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS, FinalSigma.SIGMA_MIN),
                        new EulerAncestral(TimestepSpacing.leading(1)),
                        new Ddim(TimestepSpacing.leading(1), FinalSigma.ZERO, OptionalDouble.empty(), 0.5),
                        dpm(2, DpmSolverPlusPlus.Rule.HEUN),
                        dpm(1, DpmSolverPlusPlus.Rule.MIDPOINT)));
    }

    private static DpmSolverPlusPlus dpm(int order, DpmSolverPlusPlus.Rule rule) {
        return new DpmSolverPlusPlus(
                TimestepSpacing.leading(1),
                SigmaSpacing.TIMESTEPS,
                order,
                rule,
                DpmSolverPlusPlus.LastStep.AS_OTHERS,
                FinalSigma.SIGMA_MIN);
    }

    @Property
    void noiseNeverGrowsAndEveryWeightIsFinite(
            @ForAll("samplers") Sampler sampler, @ForAll @IntRange(min = 1, max = 50) int count) {
        List<SamplingStep> steps = sampler.plan(SCHEDULE, Steps.of(count)).steps();
        for (int i = 0; i < steps.size(); i++) {
            SamplingStep step = steps.get(i);
            assertThat(List.of(step.now().x0(), step.now().eps(), step.noise().orElse(0)))
                    .allMatch(Double::isFinite);
            assertThat(step.timestep()).isBetween(0.0, 999.0);
            if (i > 0) {
                NoiseLevel before = steps.get(i - 1).level();
                // PLMS visits its second level twice, for the repetition of the first step; Heun's method visits each.
                boolean repeated = (sampler instanceof Pndm && i == 2) || (sampler instanceof Heun && i % 2 == 0);
                assertThat(step.level().sigma()).isLessThanOrEqualTo(before.sigma());
                assertThat(step.level().equals(before)).isEqualTo(repeated);
            }
        }
    }

    @Property
    void everySamplerSaysHowOftenItsStepsEvaluateTheNetwork(
            @ForAll("samplers") Sampler sampler,
            @ForAll @IntRange(min = 1, max = 50) int count,
            @ForAll @IntRange(min = 1, max = 50) int taken) {
        Assume.that(taken <= count);
        SamplingPlan plan = sampler.plan(SCHEDULE, Steps.of(count).withStrength(Math.min(1, (taken + 0.5) / count)));
        assertThat(plan.size()).isEqualTo(sampler.evaluations(taken));
    }

    /** So a model and its refiner on one plan take the steps that they would take on two. */
    @Property
    void aFractionOfTheNoiseLevelsEndsOnePlanWhereItBeginsAnother(
            @ForAll("samplers") Sampler sampler,
            @ForAll @IntRange(min = 2, max = 50) int count,
            @ForAll @DoubleRange(min = 0.05, max = 0.95) double share) {
        // PLMS repeats the first step wherever it begins; a step of two evaluations is not divided.
        Assume.that(!(sampler instanceof Pndm || sampler instanceof Heun || sampler instanceof DpmSolverPlusPlusSde));
        SamplingPlan whole = sampler.plan(SCHEDULE, Steps.of(count));
        int until = whole.stepsUntil(share, SCHEDULE.trainTimesteps());
        Assume.that(until > 0 && until < whole.size());
        SamplingPlan first = sampler.plan(SCHEDULE, Steps.of(count).withDenoisingEnd(share));
        SamplingPlan last = sampler.plan(SCHEDULE, Steps.of(count).withDenoisingStart(share));
        assertThat(first.size()).isEqualTo(until);
        assertThat(last.size()).isEqualTo(whole.size() - until);
        assertThat(last.timestep(0)).isEqualTo(whole.timestep(until));
    }

    /**
     * Whoever predicts image and noise rightly arrives with the right share of image and the right variance of noise.
     */
    @Property
    void everyStepEndsAtTheNoiseLevelWhereTheNextBegins(
            @ForAll("samplers") Sampler sampler, @ForAll @IntRange(min = 2, max = 50) int count) {
        List<SamplingStep> steps = sampler.plan(SCHEDULE, Steps.of(count)).steps();
        for (int i = 0; i + 1 < steps.size(); i++) {
            SamplingStep step = steps.get(i);
            SamplingStep next = steps.get(i + 1);
            double image = 0;
            double predicted = 0;
            for (int k = 0; k < step.weights().size(); k++) {
                Weights weights = step.weights().get(k);
                if (!weights.equals(Weights.NONE)) {
                    SamplingStep seen = steps.get(i - k);
                    NoiseLevel level = seen.level();
                    image += weights.x0() + weights.sample() * level.alpha() / seen.inputScale();
                    predicted += weights.eps() + weights.sample() * level.sigma() / seen.inputScale();
                }
            }
            double noise = Math.hypot(predicted, step.noise().orElse(0));
            // Where the number of steps does not divide 1000, DDIM's and PLMS's steps end up to one timestep beside the
            // next.
            double tolerance = sampler instanceof Ddim || sampler instanceof Pndm ? 0.01 : 1e-9;
            assertThat(image * next.inputScale()).isCloseTo(next.level().alpha(), within(tolerance));
            assertThat(noise * next.inputScale()).isCloseTo(next.level().sigma(), within(tolerance));
        }
    }

    @Property
    void tcdWithoutFreshNoiseIsDdimAtTheSameTimesteps(@ForAll @IntRange(min = 1, max = 50) int count) {
        SamplingPlan tcd = new Tcd(50, 0).plan(SCHEDULE, Steps.of(count));
        int[] timesteps = tcd.steps().stream().mapToInt(s -> (int) s.timestep()).toArray();
        SamplingPlan ddim = new Ddim(TimestepSpacing.TRAILING, FinalSigma.SIGMA_MIN, OptionalDouble.empty(), 0)
                .plan(SCHEDULE, Steps.at(timesteps));
        assertThat(tcd.steps()).isEqualTo(ddim.steps());
    }

    /**
     * At eta 1 TCD jumps to timestep 0 instead of the clean image, and the last consistency weight is not exactly 1:
     * else LCM.
     */
    @Property
    void tcdWithAllFreshNoiseIsNearlyLcm(@ForAll @IntRange(min = 1, max = 50) int count) {
        List<SamplingStep> tcd = new Tcd(50, 1).plan(SCHEDULE, Steps.of(count)).steps();
        List<SamplingStep> lcm =
                Samplers.named("lcm").plan(SCHEDULE, Steps.of(count)).steps();
        for (int i = 0; i < tcd.size(); i++) {
            assertThat(tcd.get(i).timestep()).isEqualTo(lcm.get(i).timestep());
            assertThat(tcd.get(i).now().x0()).isCloseTo(lcm.get(i).now().x0(), within(5e-4));
            assertThat(tcd.get(i).now().eps()).isCloseTo(0, within(0.03));
            assertThat(tcd.get(i).noise().orElse(0))
                    .isCloseTo(lcm.get(i).noise().orElse(0), within(5e-3));
        }
    }

    @Property
    void eulerTakesTheStepsOfDdimInOtherUnits(@ForAll @IntRange(min = 1, max = 50) int count) {
        SamplingPlan euler = Samplers.named("euler").plan(SCHEDULE, Steps.of(count));
        SamplingPlan ddim = Samplers.named("ddim").plan(SCHEDULE, Steps.of(count));
        for (int i = 0; i < count; i++) {
            SamplingStep step = euler.steps().get(i);
            assertThat(step.timestep()).isEqualTo(ddim.timestep(i));
            assertThat(step.level().sigma())
                    .isCloseTo(ddim.steps().get(i).level().sigma(), within(1e-12));
            assertThat(step.inputScale()).isEqualTo(step.level().alpha());
        }
    }

    @Property
    void dpmSolverOfOrderOneIsDdimAtTheSameTimesteps(@ForAll @IntRange(min = 1, max = 50) int count) {
        SamplingPlan dpm = dpm(1, DpmSolverPlusPlus.Rule.MIDPOINT).plan(SCHEDULE, Steps.of(count));
        int[] timesteps = dpm.steps().stream().mapToInt(s -> (int) s.timestep()).toArray();
        SamplingPlan ddim = new Ddim(TimestepSpacing.leading(1), FinalSigma.SIGMA_MIN, OptionalDouble.empty(), 0)
                .plan(SCHEDULE, Steps.at(timesteps));
        for (int i = 0; i < count; i++) {
            assertThat(dpm.steps().get(i).now().x0())
                    .isCloseTo(ddim.steps().get(i).now().x0(), within(1e-12));
            assertThat(dpm.steps().get(i).now().eps())
                    .isCloseTo(ddim.steps().get(i).now().eps(), within(1e-12));
        }
    }

    @Property
    void karrasSpacingIsEvenInTheSeventhRoot(@ForAll @IntRange(min = 3, max = 50) int count) {
        SamplingPlan plan = Samplers.named("dpmpp_2m_karras").plan(SCHEDULE, Steps.of(count));
        double[] roots = plan.steps().stream()
                .mapToDouble(step -> Math.pow(step.level().ratio(), 1 / 7.0))
                .toArray();
        for (int i = 2; i < count; i++) {
            assertThat(roots[i] - roots[i - 1]).isCloseTo(roots[1] - roots[0], within(1e-9));
        }
        assertThat(plan.timestep(0)).isEqualTo(999);
        assertThat(plan.timestep(count - 1)).isZero();
    }

    @Property
    void theEndOfAWayIsThatOfTheWholeWay(
            @ForAll @IntRange(min = 1, max = 40) int count, @ForAll @DoubleRange(min = 0.03, max = 1) double strength) {
        int kept = (int) (count * strength);
        for (Sampler sampler : List.of(Samplers.named("tcd"), Samplers.named("ddim"), Samplers.named("euler_a"))) {
            if (kept > 0) {
                List<SamplingStep> whole =
                        sampler.plan(SCHEDULE, Steps.of(count)).steps();
                SamplingPlan end = sampler.plan(SCHEDULE, Steps.of(count).withStrength(strength));
                assertThat(end.steps()).isEqualTo(whole.subList(count - kept, count));
            }
        }
    }

    @Property
    void etaOneOfDdimHasTheVarianceOfTheForwardProcess(@ForAll @IntRange(min = 2, max = 50) int count) {
        SamplingPlan plan = Samplers.named("ddim").withEta(1).plan(SCHEDULE, Steps.of(count));
        for (SamplingStep step : plan.steps()) {
            double after = Math.hypot(step.now().eps(), step.noise().orElseThrow());
            assertThat(step.now().x0() * step.now().x0() + after * after).isCloseTo(1, within(1e-9));
        }
    }

    @Property
    void zeroTerminalSnrIsPossibleWithVelocityAndEveryTrailingSampler(@ForAll @IntRange(min = 1, max = 20) int count) {
        ScheduleSettings sd = ScheduleSettings.STABLE_DIFFUSION;
        NoiseSchedule zero = new NoiseSchedule(new ScheduleSettings(
                sd.trainTimesteps(),
                sd.betaSchedule(),
                sd.betaStart(),
                sd.betaEnd(),
                List.of(),
                PredictionType.V_PREDICTION,
                true));
        for (String name : List.of("ddim", "euler", "euler_a", "tcd", "lcm")) {
            assertThat(Samplers.named(name).plan(zero, Steps.of(count)).steps())
                    .allMatch(step -> Double.isFinite(step.now().x0())
                            && Double.isFinite(step.now().eps()));
        }
    }
}
