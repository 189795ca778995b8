plugins {
    application
}

repositories {
    // Not needed once the artefacts are on Maven Central.
    maven { url = uri("../../target/repository") }
    mavenCentral()
}

dependencies {
    implementation(platform("dev.hypersd:hypersd-bom:0.2.0"))
    // The embedded model; it needs hypersd-core, with which you draw with your own.
    implementation("dev.hypersd:hypersd-mini")
    // Or -windows-x86_64, -macosx-arm64, or -platform for all of them.
    runtimeOnly("dev.hypersd:hypersd-native-linux-x86_64")
}

java {
    toolchain {
        languageVersion = JavaLanguageVersion.of(25)
    }
}

application {
    mainClass = "example.Draw"
    applicationDefaultJvmArgs = listOf("--enable-native-access=ALL-UNNAMED")
}
