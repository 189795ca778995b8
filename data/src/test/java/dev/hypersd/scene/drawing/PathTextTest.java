package dev.hypersd.scene.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.geom.Rectangle2D;
import org.junit.jupiter.api.Test;

class PathTextTest {
    @Test
    void everyCommandIsRead() {
        assertThat(PathText.read("M0 0 L1,0 Q1 1 .5 1 C.4 1 0 .6 0 .5Z M2 2 L3 3 L2 3Z")
                        .getBounds2D())
                .isEqualTo(new Rectangle2D.Double(0, 0, 3, 3));
        assertThat(PathText.read("M-.5 -.5 L.5 -.5 L.5 .5Z").contains(.4, 0)).isTrue();
    }

    @Test
    void otherCommandsAndMissingNumbersAreErrors() {
        assertThatThrownBy(() -> PathText.read("M0 0 l1 1")).hasMessage("no command of a path: l1");
        assertThatThrownBy(() -> PathText.read("M0 0 L1")).hasMessage("the path ends within a command");
    }
}
