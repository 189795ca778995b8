package dev.hypersd.pipeline;

import dev.hypersd.model.Denoiser;
import dev.hypersd.nn.Adapters;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.MicroConditioning;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.Size;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.Conditioning;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The conditioning of the most recent prompts, since live drawing repeats them. Used on the engine's thread only. */
final class PromptCache implements AutoCloseable {
    /**
     * Everything that determines the conditioning of prompts without textual inversion embeddings.
     *
     * @param adapters the active adapters
     * @param prompts the prompt of each picture
     */
    record Key(
            Adapters adapters,
            List<Prompt> prompts,
            PromptSyntax syntax,
            int clipSkip,
            boolean guided,
            Size size,
            Optional<MicroConditioning> microConditioning) {}

    private record Encoded(Key key, Conditioning conditioning, Map<String, Set<Integer>> warnings, TensorArena arena) {}

    private final Map<Denoiser, Encoded> last = new HashMap<>();

    /**
     * Returns the conditioning of {@code key}, which stays valid during the request.
     *
     * @param warnings receives the warnings of encoding, each time, with the numbers of the pictures
     * @param encode encodes the prompts, if the last ones of {@code denoiser} were different
     */
    Conditioning of(
            Denoiser denoiser,
            Key key,
            BiConsumer<String, Set<Integer>> warnings,
            Function<BiConsumer<String, Set<Integer>>, Conditioning> encode) {
        Encoded known = last.get(denoiser);
        if (known == null || !known.key().equals(key)) {
            Map<String, Set<Integer>> said = new LinkedHashMap<>();
            Conditioning conditioning = encode.apply(said::put);
            forget(denoiser);
            TensorArena arena = new TensorArena();
            arena.own(conditioning.text());
            conditioning.added().ifPresent(added -> {
                arena.own(added.textEmbeds());
                arena.own(added.timeIds());
            });
            known = new Encoded(key, conditioning, said, arena);
            last.put(denoiser, known);
        }
        known.warnings().forEach(warnings);
        return known.conditioning();
    }

    private void forget(Denoiser denoiser) {
        Encoded known = last.remove(denoiser);
        if (known != null) {
            known.arena().close();
        }
    }

    @Override
    public void close() {
        List.copyOf(last.keySet()).forEach(this::forget);
    }
}
