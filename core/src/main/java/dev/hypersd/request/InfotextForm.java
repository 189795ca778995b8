package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Options in the form of infotext, which AUTOMATIC1111's web interface and most other programs write into pictures. */
final class InfotextForm {
    /** The setting that tells that the user did not choose {@code Sampler}. */
    static final String SAMPLER_SOURCE = "Sampler source";

    /** The setting by which other programs recognise the settings. */
    private static final String STEPS = "Steps";

    private static final String SCHEDULE_TYPE = "Schedule type";

    /** Settings of a second pass that only other programs write. */
    private static final List<String> HIRES_OF_OTHERS = List.of("Hires upscaler", "Hires steps", "Hires resize");

    private InfotextForm() {}

    static GenerationParameters write(GenerationOptions options) {
        GenerationParameters infotext = GenerationParameters.of(
                options.get(Option.PROMPT).orElse(""),
                options.get(Option.NEGATIVE_PROMPT).orElse(""));
        if (options.has(Option.TIMESTEPS)) {
            infotext = infotext.with(
                    STEPS, options.get(Option.TIMESTEPS).orElseThrow().size());
        }
        for (Option<?> option : Option.all()) {
            infotext = write(infotext, option, options);
        }
        if (!options.has(Option.PROMPT)) {
            infotext = infotext.with("Prompt", References.NONE);
        }
        if (options.get(Option.NEGATIVE_PROMPT).filter(String::isEmpty).isPresent()) {
            infotext = infotext.with("Negative prompt", "empty");
        }
        return infotext;
    }

    private static <T> GenerationParameters write(
            GenerationParameters infotext, Option<T> option, GenerationOptions options) {
        Optional<T> value = options.get(option);
        if (option.infotext().isEmpty() || value.isEmpty()) {
            return infotext;
        }
        String name = option.infotext().get();
        if (option == Option.CONTROLS) {
            List<ControlNetReference> controls = options.get(Option.CONTROLS).orElseThrow();
            GenerationParameters with = controls.isEmpty() ? infotext.with(name, References.NONE) : infotext;
            for (int i = 0; i < controls.size(); i++) {
                with = with.with(name + " " + i, References.CONTROL.text(withoutPicture(controls.get(i))));
            }
            return with;
        }
        if (option == Option.CLIP_SKIP) {
            return infotext.with(name, options.get(Option.CLIP_SKIP).orElseThrow() + 1);
        }
        if (option == Option.SAMPLER) {
            String sampler = options.get(Option.SAMPLER).orElseThrow();
            return infotext.with(
                    name, Samplers.titled(sampler).map(s -> s.title()).orElse(sampler));
        }
        return infotext.with(name, option.format().text().apply(value.get()));
    }

    private static ControlNetReference withoutPicture(ControlNetReference control) {
        return new ControlNetReference(
                control.name(),
                Optional.empty(),
                control.preprocessor(),
                control.scale(),
                control.from(),
                control.to(),
                control.mode());
    }

    /** Reads the options in {@code infotext}; entries with an invalid value are left out. */
    static ReadInfotext read(GenerationParameters infotext) {
        Reader reader = new Reader(infotext);
        return new ReadInfotext(reader.options(), reader.warnings);
    }

    /** Reads entry by entry, and collects a warning about each that is left out. */
    private static final class Reader {
        private final GenerationParameters infotext;
        private final GenerationOptions.Builder options = GenerationOptions.builder();
        private final List<String> warnings = new ArrayList<>();

        Reader(GenerationParameters infotext) {
            this.infotext = infotext;
        }

        GenerationOptions options() {
            if (infotext.setting("Prompt").isEmpty()) {
                options.prompt(infotext.prompt());
            }
            if (!infotext.negativePrompt().isEmpty()
                    || infotext.setting("Negative prompt").isPresent()) {
                options.negativePrompt(infotext.negativePrompt());
            }
            for (Option<?> option : Option.all()) {
                option.infotext().ifPresent(name -> entry(name, text -> read(option, text)));
            }
            options.unset(Option.CLIP_SKIP);
            if (!infotext.setting("Clip skip").equals(Optional.of("0"))) { // Some programs write 0 for none.
                entry("Clip skip", text -> options.set(Option.CLIP_SKIP, fromOne(text)));
            }
            scheduleType();
            hires();
            if (infotext.setting(SAMPLER_SOURCE).isPresent()) {
                options.unset(Option.SAMPLER);
            }
            if (options.build().has(Option.TIMESTEPS)) {
                options.unset(Option.STEPS); // It says how many they are.
            }
            List<ControlNetReference> controls = new ArrayList<>();
            for (int i = 0; infotext.setting("ControlNet " + i).isPresent(); i++) {
                entry("ControlNet " + i, text -> controls.add(References.CONTROL.item(text, Reader::refused)));
            }
            if (!controls.isEmpty()) {
                options.set(Option.CONTROLS, controls);
            }
            return options.build();
        }

        private void read(Option<?> option, String text) {
            if (option == Option.CONTROLS) {
                options.set(Option.CONTROLS, References.list(References.CONTROL, text, Reader::refused));
            } else {
                options.parse(option, text);
            }
        }

        /** Infotext comes from strangers, who must not name files of the machine that reads it. */
        private static PictureSource refused(String text) {
            throw new InvalidRequestException("infotext names no pictures to follow: name them as image of controls");
        }

        private void entry(String name, Consumer<String> reader) {
            setting(name).ifPresent(text -> {
                try {
                    reader.accept(text);
                } catch (InvalidRequestException | InvalidFileException e) {
                    leaveOut(name, text, String.valueOf(e.getMessage()));
                }
            });
        }

        /** Returns the value of a setting, whose name may be written in other letter case. */
        private Optional<String> setting(String name) {
            return infotext.setting(name)
                    .or(() -> infotext.settings().entrySet().stream()
                            .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                            .map(Map.Entry::getValue)
                            .findFirst());
        }

        private void leaveOut(String name, String text, String reason) {
            String warning = "the entry \"%s: %s\" of the picture is left out: %s"
                    .formatted(name, Format.shortened(text), reason);
            if (!warnings.contains(warning)) {
                warnings.add(warning);
            }
        }

        private static int fromOne(String text) {
            int skipped = Option.CLIP_SKIP.parse(text) - 1;
            if (skipped < 0) {
                throw new InvalidRequestException("it counts from 1");
            }
            return skipped;
        }

        /** Joins the schedule to the name of the sampler, for programs that write them separately. */
        private void scheduleType() {
            Optional<String> schedule = infotext.setting(SCHEDULE_TYPE);
            Optional<String> sampler = options.build().get(Option.SAMPLER);
            if (schedule.isEmpty() || sampler.isEmpty()) {
                return;
            }
            Optional<Sampler> both = Samplers.titled(sampler.get(), schedule.get());
            both.ifPresent(found -> options.sampler(found.name()));
            if (both.isEmpty() && !Samplers.isUsualSchedule(schedule.get())) {
                String title =
                        Samplers.titled(sampler.get()).map(Sampler::title).orElse(sampler.get());
                leaveOut(SCHEDULE_TYPE, schedule.get(), "%s has no such schedule here".formatted(title));
            }
        }

        /**
         * Reads the second pass of other programs, which write its strength as that of the picture, and settings that
         * have no counterpart here.
         */
        private void hires() {
            List<String> others = HIRES_OF_OTHERS.stream()
                    .filter(infotext.settings()::containsKey)
                    .toList();
            for (String name : others) {
                leaveOut(name, infotext.setting(name).orElseThrow(), "the second pass has no such option here");
            }
            Optional<Double> strength = options.build().get(Option.STRENGTH);
            if (!others.isEmpty() && strength.isPresent()) {
                options.unset(Option.STRENGTH);
                if (options.build().has(Option.HIRES) && !options.build().has(Option.HIRES_STRENGTH)) {
                    options.set(Option.HIRES_STRENGTH, strength.get());
                }
            }
        }
    }
}
