package dev.hypersd.request;

import java.util.ArrayList;
import java.util.List;

/** Options in the form of arguments of {@code hypersd generate}. */
final class ArgumentsForm {
    private ArgumentsForm() {}

    static List<String> write(GenerationOptions options) {
        List<String> arguments = new ArrayList<>();
        options.values().keySet().forEach(option -> arguments.addAll(arguments(options, option)));
        options.get(Option.PROMPT).ifPresent(prompt -> arguments.addAll(List.of("--", prompt)));
        return List.copyOf(arguments);
    }

    private static <T> List<String> arguments(GenerationOptions options, Option<T> option) {
        T value = options.get(option).orElseThrow();
        if (option == Option.PROMPT) {
            return List.of();
        } else if (option == Option.LORAS) {
            return repeated(option, References.LORA, options.get(Option.LORAS).orElseThrow());
        } else if (option == Option.EMBEDDINGS) {
            return repeated(
                    option, References.EMBEDDING, options.get(Option.EMBEDDINGS).orElseThrow());
        } else if (option == Option.CONTROLS) {
            return options.get(Option.CONTROLS).orElseThrow().stream()
                    .flatMap(control -> controlArguments(control).stream())
                    .toList();
        }
        if (value instanceof Boolean isOn) {
            return List.of(isOn ? option.flag() : option.flag().replaceFirst("--", "--no-"));
        }
        return List.of(option.flag() + "=" + option.format().text().apply(value));
    }

    private static <T> List<String> repeated(Option<?> option, References.Kind<T> kind, List<T> references) {
        return references.isEmpty()
                ? List.of(option.flag() + "=" + References.NONE)
                : references.stream()
                        .map(reference -> option.flag() + "=" + kind.text(reference))
                        .toList();
    }

    private static List<String> controlArguments(ControlNetReference control) {
        List<String> arguments = new ArrayList<>(List.of("--control=" + control.name()));
        control.picture().ifPresent(picture -> arguments.add("--control-image=" + Pictures.argument(picture)));
        control.preprocessor().ifPresent(name -> arguments.add("--control-make=" + name));
        control.scale().ifPresent(scale -> arguments.add("--control-scale=" + Format.number(scale)));
        control.from().ifPresent(from -> arguments.add("--control-from=" + Format.number(from)));
        control.to().ifPresent(to -> arguments.add("--control-to=" + Format.number(to)));
        control.mode().ifPresent(mode -> arguments.add("--control-mode=" + Format.name(mode)));
        return arguments;
    }
}
