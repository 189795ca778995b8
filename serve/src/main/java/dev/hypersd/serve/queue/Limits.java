package dev.hypersd.serve.queue;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.prompt.Phrase;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The limits of one request, of one client and of all clients together.
 *
 * @param generation the limits of the images of one request
 * @param requests the limits of the size of one request
 * @param clients the limits of the number of requests and sessions
 */
public record Limits(Generation generation, Requests requests, Clients clients) {
    /** Limits that suit one machine and a few users. */
    public static final Limits DEFAULT = new Limits(
            new Generation(2048, 100, 10, 268_000_000, 4000, 8 * 128 * 128, Duration.ofMinutes(10)),
            new Requests(
                    16 << 20,
                    4 << 20,
                    1L << 24,
                    Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4),
                    Duration.ofSeconds(20)),
            new Clients(32, 8, 64, 16, Duration.ofMillis(250)));

    /**
     * The limits of the images of one request.
     *
     * @param maxSide the longest side of an image in pixels
     * @param maxSteps the largest number of denoising steps
     * @param maxImages the largest number of images
     * @param maxWork the largest product of pixels, images and evaluations of the network, both passes included
     * @param maxPromptLength the longest prompt in characters
     * @param maxBatchPixels the greatest number of pixels of pictures of several requests in one batch: small ones gain
     *     speed by it, large ones would only wait for each other
     * @param deadline the longest time of a request, with waiting
     */
    public record Generation(
            int maxSide,
            int maxSteps,
            int maxImages,
            long maxWork,
            int maxPromptLength,
            long maxBatchPixels,
            Duration deadline) {
        private static final int MAX_LORAS = 8;

        /** The most parts of a prompt: the text encoder reads each as it reads a whole prompt. */
        private static final int MAX_PARTS = 32;

        private static final int MILLION = 1_000_000;

        /** The most ControlNets of one request. */
        public static final int MAX_CONTROLS = 3;

        /**
         * The most steps of a whole schedule, of which a low strength takes the last ones: a hundred times the usual
         * limit of those that are taken.
         */
        private static final int MAX_SCHEDULE = 10_000;

        public Generation {
            if (!deadline.isPositive()) {
                throw new InvalidRequestException("the deadline of a request must be longer than " + deadline);
            }
        }

        /** Refuses options that exceed the limits, before anything is read or made of them. */
        void check(GenerationOptions options) {
            for (Option<String> text :
                    List.of(Option.PROMPT, Option.NEGATIVE_PROMPT, Option.PROMPT_2, Option.NEGATIVE_PROMPT_2)) {
                String kind = text.key().replace("_2", "").replace('_', ' ');
                String prompt = options.get(text).orElse("");
                atMost(prompt.length(), maxPromptLength, "a " + kind + " of %d characters");
                if (options.get(Option.PROMPT_SYNTAX)
                        .filter(PromptSyntax.WEIGHTED::equals)
                        .isPresent()) {
                    atMost(Phrase.parts(prompt).size(), MAX_PARTS, "a " + kind + " that BREAK divides into %d parts");
                }
            }
            atMost(options.get(Option.LORAS).map(List<LoraReference>::size).orElse(0), MAX_LORAS, "%d LoRAs");
            atMost(options.get(Option.CONTROLS).map(List::size).orElse(0), MAX_CONTROLS, "%d ControlNets");
            int steps = options.get(Option.STEPS)
                    .or(() -> options.get(Option.TIMESTEPS).map(List::size))
                    .orElse(1);
            atLeastOne(steps, "%d steps");
            atMost(steps, maxSteps, "%d steps");
            int count = options.get(Option.COUNT).orElse(1);
            atLeastOne(count, "%d pictures");
            atMost(count, maxImages, "%d pictures at once");
            options.get(Option.EXTEND).ifPresent(sides -> checkExtension(sides, options.get(Option.IMAGE)));
        }

        /** Refuses an extension beyond the longest side, before the larger picture is made. */
        private void checkExtension(List<Integer> sides, Optional<PictureSource> original) {
            sides.forEach(side -> atMost(side, maxSide, "an extension of %d pixels"));
            if (sides.size() == 4 && original.orElse(null) instanceof PictureSource.InMemory(Image picture)) {
                atMost(picture.width() + sides.get(0) + sides.get(2), maxSide, "a width of %d pixels");
                atMost(picture.height() + sides.get(1) + sides.get(3), maxSide, "a height of %d pixels");
            }
        }

        /**
         * Returns the options with a size for an original picture that is larger than allowed, if they say none, so
         * that it is scaled down.
         *
         * @param warnings told if so
         */
        GenerationOptions fitted(GenerationOptions options, List<String> warnings) {
            if (options.has(Option.SIZE)
                    || options.has(Option.EXTEND)
                    || !(options.get(Option.IMAGE).orElse(null) instanceof PictureSource.InMemory(Image picture))
                    || Math.max(picture.width(), picture.height()) <= maxSide) {
                return options;
            }
            double scale = (double) maxSide / Math.max(picture.width(), picture.height());
            Size size = new Size(side(picture.width() * scale), side(picture.height() * scale));
            warnings.add("the picture of %dx%d is scaled down to %s, because %d pixels are the longest side here"
                    .formatted(picture.width(), picture.height(), size, maxSide));
            return options.toBuilder().set(Option.SIZE, size).build();
        }

        private static int side(double pixels) {
            return Math.max(8, (int) pixels / 8 * 8);
        }

        /**
         * Refuses a request whose pictures are larger than allowed, or take too much work, as far as their size is
         * known before the model is loaded; {@link #check(ImageRequest, Size, Optional)} does so afterwards.
         */
        void check(ImageRequest request) {
            atMost(
                    request.steps().count(),
                    Math.max(maxSteps, MAX_SCHEDULE),
                    "a strength of " + request.steps().strength() + ", whose whole schedule has %d steps,");
            atMost(request.loras().size(), MAX_LORAS, "%d LoRAs");
            request.pictureSize().ifPresent(size -> check(request, size, request.sampler()));
        }

        /**
         * Refuses a request for pictures of {@code size} that are too large or take too much work.
         *
         * @param sampler the sampler, if it is known; otherwise one evaluation of the network is counted for each step
         */
        void check(ImageRequest request, Size size, Optional<Sampler> sampler) {
            Size largest = request.hires().map(pass -> pass.enlarged(size)).orElse(size);
            atMost(largest.width(), maxSide, "a width of %d pixels");
            atMost(largest.height(), maxSide, "a height of %d pixels");
            int steps = request.steps().count();
            double work = request.count() * workOfOne(request, size, sampler, steps);
            if (work <= maxWork) {
                return;
            }
            long fittingPictures = (long) (maxWork / workOfOne(request, size, sampler, steps));
            int fittingSteps = (int) ((double) steps * maxWork / work);
            while (fittingSteps > 0 && request.count() * workOfOne(request, size, sampler, fittingSteps) > maxWork) {
                fittingSteps--;
            }
            int taken = taken(steps, request.steps().strength());
            int evaluations = evaluations(sampler, taken);
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    ("%d pictures of %s in %d steps%s take %.0f million pixels x steps, more than the %d million that "
                                    + "this server allows: %s")
                            .formatted(
                                    request.count(),
                                    size,
                                    taken,
                                    evaluations == taken ? "" : ", which count as %d,".formatted(evaluations),
                                    Math.ceil(work / MILLION),
                                    maxWork / MILLION,
                                    fitting(
                                            fittingPictures,
                                            taken(fittingSteps, request.steps().strength()))));
        }

        /** Returns the work for one picture in {@code steps} steps: pixels x evaluations, of both passes. */
        private static double workOfOne(ImageRequest request, Size size, Optional<Sampler> sampler, int steps) {
            double first = pixels(size)
                    * evaluations(sampler, taken(steps, request.steps().strength()));
            double second = request.hires()
                    .map(pass -> pixels(pass.enlarged(size)) * evaluations(sampler, taken(steps, pass.strength())))
                    .orElse(0.0);
            return first + second;
        }

        /** Returns how many of {@code steps} a strength takes. */
        private static int taken(int steps, double strength) {
            return (int) Math.ceil(steps * strength);
        }

        private static int evaluations(Optional<Sampler> sampler, int steps) {
            return sampler.map(method -> method.evaluations(steps)).orElse(steps);
        }

        private static String fitting(long pictures, long steps) {
            if (pictures == 0 && steps == 0) {
                return "a smaller picture would fit";
            }
            String fewer = pictures == 0 ? "" : pictures + (pictures == 1 ? " picture" : " pictures");
            String quicker = steps == 0 ? "" : steps + (steps == 1 ? " step" : " steps");
            return fewer + (pictures > 0 && steps > 0 ? ", or " : "") + quicker + " would fit";
        }

        private static double pixels(Size size) {
            return (double) size.width() * size.height();
        }

        private static void atLeastOne(int value, String asked) {
            if (value < 1) {
                throw new ApiException(ErrorCode.MALFORMED, asked.formatted(value) + " cannot be: 1 is the least");
            }
        }

        private static void atMost(int value, int most, String asked) {
            if (value > most) {
                throw new ApiException(
                        ErrorCode.MALFORMED,
                        asked.formatted(value) + " is more than this server allows: " + most + " is the most");
            }
        }
    }

    /**
     * The limits of the size of one request.
     *
     * @param maxBodyBytes the largest request body in bytes
     * @param maxMessageBytes the largest WebSocket message in bytes
     * @param maxImagePixels the largest image in pixels, decoded
     * @param maxMemoryBytes the greatest number of bytes of the bodies and images of all requests together
     * @param timeout the longest time of receiving a request, and of decoding each image in it
     */
    public record Requests(
            int maxBodyBytes, int maxMessageBytes, long maxImagePixels, long maxMemoryBytes, Duration timeout) {}

    /**
     * The limits of the number of requests and sessions.
     *
     * @param maxWaiting the greatest number of waiting requests
     * @param maxWaitingPerClient the greatest number of waiting requests of one client
     * @param maxSessions the greatest number of open live sessions
     * @param maxSessionsPerClient the greatest number of open live sessions of one client
     * @param moment how long a fast picture of a live session may be drawn already and is still completed although a
     *     newer request waits; otherwise a client that sends without a pause would see no picture
     */
    public record Clients(
            int maxWaiting, int maxWaitingPerClient, int maxSessions, int maxSessionsPerClient, Duration moment) {
        public Clients {
            if (maxWaiting < 1 || maxWaitingPerClient < 1) {
                throw new InvalidRequestException("the queue must have a place at least, not %d and %d of one client"
                        .formatted(maxWaiting, maxWaitingPerClient));
            }
        }
    }

    public Limits with(Generation other) {
        return new Limits(other, requests, clients);
    }

    public Limits with(Requests other) {
        return new Limits(generation, other, clients);
    }

    public Limits with(Clients other) {
        return new Limits(generation, requests, other);
    }
}
