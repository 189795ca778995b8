package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./mvnw} needs nothing but a JDK, as images of containers have it: neither {@code unzip} nor {@code curl} nor
 * {@code wget}. A zip with one script stands for Maven.
 */
@DisabledOnOs(OS.WINDOWS)
class MavenWrapperTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final String SETTINGS = ".mvn/wrapper/maven-wrapper.properties";

    /** What the script uses of a system, as far as there are programs for it. */
    private static final List<String> TOOLS = List.of(
            "sh cat dirname basename uname sed readlink id printf tr mktemp mkdir chmod rm mv ls sha256sum shasum"
                    .split(" "));

    @TempDir
    private Path folder;

    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = folder.resolve("project");
        Files.createDirectories(project.resolve(SETTINGS).getParent());
        for (String file : List.of("mvnw", ".mvn/jdk.sh")) {
            Files.copy(REPOSITORY.resolve(file), project.resolve(file));
        }
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            for (String place : System.getenv("PATH").split(File.pathSeparator, -1)) {
                if (Files.isExecutable(Path.of(place, tool)) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), Path.of(place, tool));
                }
            }
        }
    }

    @Test
    void mavenIsUnpackedByTheJdk() throws Exception {
        Path zip = maven();
        settings(
                zip,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(zip))));
        assertThat(output("verify")).isEqualTo("Maven was asked to verify%n".formatted());
    }

    @Test
    void anotherZipThanTheExpectedOneIsNotUnpacked() throws Exception {
        settings(maven(), "0".repeat(64));
        assertThat(output("verify")).contains("Failed to validate").doesNotContain("Maven was asked");
    }

    private Path maven() throws IOException {
        Path zip = folder.resolve("apache-maven-9-bin.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("apache-maven-9/bin/mvn"));
            out.write("#!/bin/sh\necho Maven was asked to \"$@\"\n".getBytes(StandardCharsets.UTF_8));
        }
        return zip;
    }

    private void settings(Path zip, String checksum) throws IOException {
        Files.writeString(
                project.resolve(SETTINGS),
                "distributionUrl=%s%ndistributionSha256Sum=%s%n".formatted(zip.toUri(), checksum));
    }

    private String output(String argument) throws Exception {
        ProcessBuilder process =
                new ProcessBuilder(folder.resolve("tools/sh").toString(), "mvnw", argument).directory(project.toFile());
        Map<String, String> environment = process.environment();
        environment.clear();
        environment.putAll(Map.of(
                "HOME", folder.toString(),
                "PATH", folder.resolve("tools").toString(),
                "JAVA_HOME", System.getProperty("java.home")));
        Process started = process.redirectErrorStream(true).start();
        String text = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        started.waitFor();
        return text;
    }
}
