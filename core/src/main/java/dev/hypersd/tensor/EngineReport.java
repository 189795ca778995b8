package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * A report of the libraries and the processor that compute on this machine, and of what would make them faster.
 *
 * @param engine the name and version of the tensor engine
 * @param platform the operating system and architecture, such as {@code linux-x86_64}
 * @param blas the library of matrix products
 * @param device {@code cpu}, or {@code cuda} if the engine can use one
 * @param vectors the widest vector instructions that the engine's own loops use, such as {@code AVX512}
 * @param threads the number of threads of one operation
 * @param cores the number of physical cores available to this process
 * @param allocator the allocator of large blocks of memory
 * @param hugePages a phrase that says whether tensors are in huge pages
 * @param advice sentences that say what would make this machine faster; may be empty
 */
public record EngineReport(
        String engine,
        String platform,
        String blas,
        String device,
        String vectors,
        int threads,
        int cores,
        String allocator,
        String hugePages,
        List<String> advice) {

    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    public EngineReport {
        advice = List.copyOf(advice);
    }

    /** Collects the report. */
    public static EngineReport collect() {
        return Engine.infer(() -> {
            Blas blas = Blas.loaded();
            Memory memory = Memory.ofThisProcess();
            int threads = torch.get_num_threads();
            int cores = Cores.physical();
            return new EngineReport(
                    "libtorch " + torch.class.getPackage().getImplementationVersion(),
                    Loader.getPlatform(),
                    blas.name(),
                    torch.cuda_is_available() ? "cuda" : "cpu",
                    torch.get_cpu_capability().getString(),
                    threads,
                    cores,
                    memory.allocator(),
                    memory.hugePages(),
                    advice(blas, memory, threads, cores));
        });
    }

    private static List<String> advice(Blas blas, Memory memory, int threads, int cores) {
        List<String> advice = new ArrayList<>();
        blas.advice().ifPresent(advice::add);
        if (threads < cores) {
            advice.add("%d of %d cores are used: raise OMP_NUM_THREADS or unset it.".formatted(threads, cores));
        }
        advice.addAll(memory.advice());
        return advice;
    }

    /** The allocator and page size of large blocks of memory, as far as Linux reports them. */
    private record Memory(String allocator, String hugePages, List<String> advice) {
        static Memory ofThisProcess() {
            if (!Loader.getPlatform().startsWith("linux")) {
                return new Memory("the system's", "the system decides", List.of());
            }
            List<String> advice = new ArrayList<>();
            boolean tcmalloc = read(Path.of("/proc/self/maps")).contains("tcmalloc");
            if (!tcmalloc) {
                advice.add("glibc hands large blocks back to the system after every operation: install "
                        + "libtcmalloc-minimal4 (Debian, Ubuntu) or gperftools-libs (Fedora), ./hypersd then "
                        + "preloads it.");
            }
            String policy = read(HUGE_PAGES);
            boolean asked = "1".equals(System.getenv("THP_MEM_ALLOC_ENABLE"));
            boolean on = policy.contains("[always]") || (policy.contains("[madvise]") && asked);
            if (!on) {
                advice.add(
                        policy.contains("[madvise]")
                                ? "Tensors lie in small pages: set THP_MEM_ALLOC_ENABLE=1 in the environment, as "
                                        + "./hypersd does."
                                : "The kernel gives out no huge pages: echo madvise | sudo tee " + HUGE_PAGES);
            }
            return new Memory(tcmalloc ? "tcmalloc" : "glibc", on ? "on" : "off", advice);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file).toLowerCase(Locale.ROOT);
            } catch (IOException e) {
                return "";
            }
        }
    }
}
