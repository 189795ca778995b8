/** Measurements of speed, memory and quality. */
@SuppressWarnings("requires-automatic") // JMH has no module descriptor.
module dev.hypersd.bench {
    requires dev.hypersd.core;
    requires dev.hypersd.data;
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires jmh.core;

    opens dev.hypersd.bench to
            info.picocli,
            jmh.core;
}
