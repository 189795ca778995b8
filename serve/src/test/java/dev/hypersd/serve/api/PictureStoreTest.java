package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PictureStoreTest {
    private final AtomicLong now = new AtomicLong();
    private final PictureStore store = new PictureStore(now::get);

    @Test
    void picturesAreKeptForAnHour() {
        String name = store.keep(new byte[] {1}, "image/png");
        now.set(PictureStore.KEPT.toNanos());
        assertThat(store.find(name)).isPresent();
        now.incrementAndGet();
        assertThat(store.find(name)).isEmpty();
    }

    @Test
    void theOldestPicturesAreDroppedWhenTooManyAreKept() {
        String first = store.keep(new byte[40 << 20], "image/png");
        String second = store.keep(new byte[40 << 20], "image/png");
        assertThat(store.find(first)).isEmpty();
        assertThat(store.find(second)).isPresent();
        String large = store.keep(new byte[70 << 20], "image/png");
        assertThat(store.find(second)).isEmpty();
        assertThat(store.find(large)).isPresent();
    }

    @Test
    void aPictureReplacesTheOneOfItsName() {
        for (int i = 0; i < 3; i++) {
            store.keep("name", new byte[40 << 20], "image/png");
        }
        String other = store.keep(new byte[20 << 20], "image/png");
        assertThat(store.find("name")).isPresent();
        assertThat(store.find(other)).isPresent();
    }

    @Test
    void namesDiffer() {
        assertThat(store.keep(new byte[0], "image/png")).isNotEqualTo(store.keep(new byte[0], "image/png"));
    }
}
