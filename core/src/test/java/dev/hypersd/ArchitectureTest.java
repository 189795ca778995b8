package dev.hypersd;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Arrows between packages go one way, and the engine stays behind the API. */
class ArchitectureTest {
    /** From the ground up: a package may use itself and those before it. */
    private static final List<String> FROM_THE_GROUND_UP = List.of(
            "error",
            "file",
            "json",
            "image",
            "tensor",
            "kernel",
            "weights",
            "nn",
            "unet",
            "controlnet",
            "vae",
            "clip",
            "tokenizer",
            "prompt",
            "schedule",
            "sampler",
            "preset",
            "checkpoint",
            "lora",
            "model",
            "request",
            "pipeline");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.hypersd");

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(CORE.stream().map(ArchitectureTest::level)).doesNotContain(-1);
    }

    @Test
    void arrowsBetweenPackagesGoDownwardsOnly() {
        Stream<String> upwards = CORE.stream()
                .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
                .filter(d -> d.getTargetClass().getPackageName().startsWith("dev.hypersd."))
                .filter(d -> level(d.getTargetClass()) > level(d.getOriginClass()))
                .map(Dependency::getDescription);
        assertThat(upwards).isEmpty();
    }

    @Test
    void requestsImagesAndPipelinesShowNoEngineType() {
        Stream<String> shown = CORE.stream()
                .filter(c -> List.of("pipeline", "request", "image", "preset").contains(name(c)))
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(c -> c.getCodeUnits().stream())
                .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(unit -> Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
                        .anyMatch(type -> type.getPackageName().startsWith("org.bytedeco")))
                .map(unit -> unit.getFullName());
        assertThat(shown).isEmpty();
    }

    private static int level(JavaClass type) {
        return FROM_THE_GROUND_UP.indexOf(name(type));
    }

    private static String name(JavaClass type) {
        return type.getPackageName().substring("dev.hypersd".length()).replaceFirst("^\\.", "");
    }
}
