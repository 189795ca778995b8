package dev.hypersd;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The packages of all modules but the benchmarks: their order is that of the table in CONTRIBUTING.md, and the API
 * stands alone.
 */
class ArchitectureTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(dev\\.hypersd\\.[a-z.]+)` \\| `([a-z]+)` \\|", Pattern.MULTILINE);
    private static final Pattern EXPORT = Pattern.compile("exports (dev\\.hypersd\\.[a-z.]+);");

    /** A row of the table. */
    private record Row(String name, String module) {}

    private static final List<Row> FROM_THE_GROUND_UP = matches("CONTRIBUTING.md", ROW)
            .map(row -> new Row(row.group(1), row.group(2)))
            .toList();

    private static final List<String> ORDER =
            FROM_THE_GROUND_UP.stream().map(Row::name).toList();

    private static final List<String> API = matches("core/src/main/java/module-info.java", EXPORT)
            .map(export -> export.group(1))
            .toList();

    /** The types of the package of models with which an application loads a model. */
    private static final List<String> API_OF_MODELS = List.of("LoadOptions", "ModelSource");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.hypersd");

    @Test
    void everyPackageHasItsRowInTheTableAndEveryRowItsPackage() {
        assertThat(packages()).containsExactlyInAnyOrderElementsOf(ORDER);
    }

    @Test
    void everyPackageIsInTheModuleThatItsRowNames() {
        assertThat(FROM_THE_GROUND_UP)
                .allMatch(row -> Files.isDirectory(ROOT.resolve(row.module())
                        .resolve("src/main/java")
                        .resolve(row.name().replace('.', '/'))));
    }

    @Test
    void aPackageUsesItselfAndThoseAboveItInTheTable() {
        Stream<String> upwards = CLASSES.stream()
                .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
                .filter(d -> d.getTargetClass().getPackageName().startsWith("dev.hypersd."))
                .filter(d -> level(d.getTargetClass()) > level(d.getOriginClass()))
                .map(Dependency::getDescription);
        assertThat(upwards).isEmpty();
    }

    @Test
    void nothingButItsOwnModuleKnowsSpark() {
        Stream<String> uses = CLASSES.stream()
                .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
                .filter(d -> Stream.of("org.apache.spark.", "scala.", "dev.hypersd.spark.")
                        .anyMatch(d.getTargetClass().getName()::startsWith))
                .map(Dependency::getDescription);
        assertThat(uses).isEmpty();
    }

    @Test
    void requestsImagesAndPipelinesShowNoEngineType() {
        List<String> plain = Stream.of("error", "image", "pipeline", "preset", "prompt", "request")
                .map("dev.hypersd."::concat)
                .toList();
        assertThat(shown(plain).filter(shown -> shown.type().getPackageName().startsWith("org.bytedeco")))
                .isEmpty();
    }

    /** Of the package of models only its API, since it also passes loaded networks to the modules of this project. */
    @Test
    void theApiOfCoreShowsOnlyTypesThatAnApplicationCanName() {
        assertThat(API).contains("dev.hypersd.pipeline", "dev.hypersd.request", "dev.hypersd.image");
        assertThat(shown(API)
                        .filter(shown -> !shown.owner().getPackageName().equals("dev.hypersd.model")
                                || API_OF_MODELS.contains(shown.owner().getSimpleName()))
                        .filter(shown -> shown.type().getPackageName().startsWith("dev.hypersd."))
                        .filter(shown -> !API.contains(shown.type().getPackageName())))
                .isEmpty();
    }

    /** A public or protected method or constructor, and a type that callers see in it. */
    private record Shown(JavaClass owner, String where, JavaClass type) {}

    private static Stream<Shown> shown(List<String> packages) {
        return CLASSES.stream()
                .filter(type -> packages.contains(type.getPackageName()))
                .filter(ArchitectureTest::isPublic)
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(unit -> types(unit).map(type -> new Shown(unit.getOwner(), unit.getFullName(), type)));
    }

    /** Generic types and arrays with all that they consist of. */
    private static Stream<JavaClass> types(JavaCodeUnit unit) {
        return Stream.concat(
                        unit.getReturnType().getAllInvolvedRawTypes().stream(),
                        unit.getParameterTypes().stream().flatMap(p -> p.getAllInvolvedRawTypes().stream()))
                .map(JavaClass::getBaseComponentType);
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
    }

    private static Stream<String> packages() {
        return CLASSES.stream()
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .filter(type -> !type.getSimpleName().equals("module-info"))
                .map(JavaClass::getPackageName)
                .distinct();
    }

    private static int level(JavaClass type) {
        return ORDER.indexOf(type.getPackageName());
    }

    private static Stream<MatchResult> matches(String file, Pattern pattern) {
        try {
            return pattern.matcher(Files.readString(ROOT.resolve(file))).results();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
