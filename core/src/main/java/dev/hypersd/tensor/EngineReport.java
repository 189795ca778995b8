package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A report of the libraries and the processor that compute on this machine, of their speed, and of what would make them
 * faster.
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
 * @param gemmGflops the measured rate of an F32 matrix product, which limits convolution, attention and linear layers
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
        double gemmGflops,
        List<String> advice) {

    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final int GEMM_SIZE = 2048;
    private static final int GEMM_ROUNDS = 8;

    public EngineReport {
        advice = List.copyOf(advice);
    }

    /** Collects the report and measures the speed, which takes about a second. */
    public static EngineReport measure() {
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
                    measureGemm(),
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

    /** Returns the best rate of several products {@code [2048, 2048] x [2048, 2048]}. */
    private static double measureGemm() {
        Tensor a = torch.randn(GEMM_SIZE, GEMM_SIZE);
        Tensor b = torch.randn(GEMM_SIZE, GEMM_SIZE);
        Tensor product = torch.mm(a, b);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < GEMM_ROUNDS; round++) {
            long start = System.nanoTime();
            torch.mm_out(product, a, b);
            best = Math.min(best, System.nanoTime() - start);
        }
        return 2.0 * GEMM_SIZE * GEMM_SIZE * GEMM_SIZE / best;
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
