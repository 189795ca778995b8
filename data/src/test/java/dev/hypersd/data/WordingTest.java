package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class WordingTest {
    @Property(tries = 200)
    void everyOrderHasAllTagsAndTheFirstOnesInTheirPlaces(
            @ForAll @Size(min = 1, max = 9) List<@AlphaChars @StringLength(min = 1, max = 3) String> tags,
            @ForAll @IntRange(min = 2, max = 8) int orders,
            @ForAll @IntRange(max = 10) int kept) {
        Wording wording = new Wording(Optional.empty(), orders, kept);
        String caption = String.join(",", tags);

        List<String> forms = wording.of(List.of(caption));

        assertThat(forms)
                .hasSize(orders)
                .isEqualTo(wording.of(List.of(caption)))
                .allSatisfy(form -> {
                    List<String> ordered = List.of(form.split(", "));
                    assertThat(ordered).containsExactlyInAnyOrderElementsOf(tags);
                    int first = Math.min(kept, tags.size());
                    assertThat(ordered.subList(0, first)).isEqualTo(tags.subList(0, first));
                });
    }

    @Test
    void ordersDiffer() {
        List<String> forms = new Wording(Optional.empty(), 8, 0).of(List.of("a, b, c, d, e, f"));

        assertThat(Set.copyOf(forms)).hasSizeGreaterThan(6);
        assertThat(forms).extracting(form -> form.charAt(0)).contains('b', 'd', 'e', 'f');
    }

    @Test
    void theTriggerWordComesFirstInEveryOrder() {
        Wording wording = new Wording(Optional.of("sks"), 4, 0);

        assertThat(wording.of(List.of("a, b", "c")))
                .hasSize(8)
                .allMatch(caption -> caption.matches("sks, (a, b|b, a|c)"));
    }

    @Test
    void plainCaptionsStayAsTheyAre() {
        assertThat(Wording.PLAIN.of(List.of("a,b ,, c", " "))).containsExactly("a,b ,, c", " ");
    }
}
