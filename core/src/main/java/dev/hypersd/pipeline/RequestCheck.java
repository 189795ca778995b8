package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Original;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.unet.UNetConfig;
import java.util.stream.Stream;

/** Refuses requests that a model cannot carry out, by the configuration of its U-Net. */
final class RequestCheck {
    private RequestCheck() {}

    /**
     * Checks {@code request} against the configuration of a U-Net.
     *
     * @param refined whether the model has a refiner
     * @throws InvalidRequestException if the request lacks what the U-Net needs, or has what it cannot use
     */
    static void require(ImageRequest request, UNetConfig unet, boolean refined) {
        boolean masked = request.original().flatMap(Original::mask).isPresent();
        if (unet.isForInpainting() && !masked) {
            throw new InvalidRequestException(
                    "this model's U-Net takes %d channels: it is made for inpainting, which needs a picture and a mask"
                            .formatted(unet.inChannels()));
        }
        if (!unet.isForInpainting() && unet.inChannels() != unet.outChannels()) {
            throw new InvalidRequestException(
                    "this model's U-Net takes %d channels and the latents have %d: it is made for a task not known here"
                            .formatted(unet.inChannels(), unet.outChannels()));
        }
        if (unet.isForInpainting() && request.original().orElseThrow().keptStrength() > 0) {
            throw new InvalidRequestException(
                    "this model's U-Net is made for inpainting and keeps what is not masked as it is: a strength there "
                            + "needs an ordinary model");
        }
        if (request.refinerSwitch().isPresent()) {
            requireRefiner(unet, refined);
        }
    }

    /**
     * Checks that every part of {@code request} has at least one step: the first pass, the second pass, and the
     * refiner, which must also predict the same as the model.
     *
     * @param own the schedule of the model, and of its refiner
     * @throws InvalidRequestException if one has none, or the refiner predicts something else
     */
    static void requireSteps(ImageRequest request, Sampler sampler, NoiseSchedule own) {
        NoiseSchedule schedule = request.schedule(own);
        if (request.refinerSwitch().isPresent() && schedule.prediction() != own.prediction()) {
            throw new InvalidRequestException(
                    ("the U-Net is to predict %s, the refiner predicts %s and cannot go on from that: draw without a "
                                    + "refiner")
                            .formatted(
                                    schedule.prediction().word(),
                                    own.prediction().word()));
        }
        Stream.concat(
                        Stream.of(request.steps()),
                        request.hires().map(pass -> request.steps().withStrength(pass.strength())).stream())
                .map(steps -> sampler.plan(schedule, steps))
                .forEach(plan -> request.refinerSwitch()
                        .ifPresent(refinement -> refinement.firstStep(plan, schedule.trainTimesteps())));
    }

    private static void requireRefiner(UNetConfig unet, boolean refined) {
        if (!refined) {
            throw new InvalidRequestException(
                    "the last steps are to be a refiner's, and the model was loaded without one: name it in the "
                            + "options of loading");
        }
        if (unet.isForInpainting()) {
            throw new InvalidRequestException(
                    "this model's U-Net is made for inpainting and alone sees what is masked: a refiner would draw "
                            + "over the rest of the picture");
        }
    }
}
