package dev.hypersd.judge.detection;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Embedding;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Style;
import dev.hypersd.tensor.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The network of the attribute reader. Each description of a cell is that of an object <em>of a given kind</em>,
 * because a star in front of a house may have its centre in the same cell and another colour. Colours are read in the
 * same way for every kind, so that combinations that were not trained are read too.
 *
 * <p>Stateless, so safe to share.
 */
public final class AttributeReader {
    /** The class name in {@code config.json}, and how the network is built from its configuration and weights. */
    public static final NetworkType<BackboneConfig, AttributeReader> TYPE =
            new NetworkType<>("AttributeReader", UnaryOperator.identity(), BackboneConfig::from, AttributeReader::new);

    /** The number of values before the colours in {@link #describe}: two for the centre and one for the extent. */
    static final int GEOMETRY = 3;

    private static final int KINDS = Kind.values().length;
    private static final int COLOURS = Colour.values().length;
    private static final int BACKGROUNDS = Background.values().length;
    private static final int STYLES = Style.values().length;

    /** The initial bias of the heatmaps, low because most cells have no object. */
    private static final double RARE = -4;

    private final Backbone backbone;
    private final Conv2d seek;
    private final Conv2d peaks;
    private final Linear cell;
    private final Embedding kinds;
    private final Linear mix;
    private final Linear answer;
    private final Linear surroundings;

    public AttributeReader(BackboneConfig config, Parameters p) {
        long width = config.width();
        this.backbone = new Backbone(config, p.at("backbone"));
        this.seek = Conv2d.same3x3(p.at("seek"), width, width);
        this.peaks = Conv2d.pointwise(p.at("peaks"), width, KINDS);
        this.cell = Linear.of(p.at("cell"), width, width);
        this.kinds = new Embedding(p.at("kinds"), KINDS, width);
        this.mix = Linear.of(p.at("mix"), width, width);
        this.answer = Linear.of(p.at("answer"), width, GEOMETRY + COLOURS);
        this.surroundings = Linear.of(p.at("surroundings"), width, BACKGROUNDS + STYLES);
    }

    /** Returns the backbone, from whose features everything else is computed. */
    public Backbone backbone() {
        return backbone;
    }

    /** Computes the features of every cell: {@code [B, 3, H, W]} from -1 to 1 {@code -> [B, C, h, w]}. */
    public Tensor grid(Tensor pixels) {
        return backbone.forward(pixels);
    }

    /**
     * Computes the features of whole pictures, on which distances between sets of pictures are measured: {@code [B, C,
     * h, w] -> [B, C]}.
     */
    public Tensor features(Tensor grid) {
        return grid.mean(-1, -2);
    }

    /**
     * Computes heatmaps: for each kind the logits that a cell is the centre of an object, {@code [B, C, h, w] -> [B,
     * kinds, h, w]}.
     */
    public Tensor peaks(Tensor grid) {
        return scoped(
                () -> peaks.forward(Tensors.siluInPlace(seek.forward(grid))).add(new Scalar(RARE)));
    }

    /**
     * Computes descriptions of objects: the offset of the centre from the centre of its cell (right and down, in
     * cells), the logarithm of the extent as a fraction of the picture, and the logits of the colour.
     *
     * @param grid {@code [B, C, h, w]}
     * @param cells I64 {@code [M]}: the numbers of cells, row by row, picture by picture
     * @param kindsThere I64 {@code [M]}: the kind of the object in each cell
     * @return {@code [M, 3 + colours]}
     */
    public Tensor describe(Tensor grid, Tensor cells, Tensor kindsThere) {
        return scoped(() -> {
            Tensor there = grid.permute(0, 2, 3, 1).flatten(0, 2).index_select(0, cells);
            Tensor asked = Tensors.siluInPlace(cell.forward(there).add(kinds.forward(kindsThere)));
            return answer.forward(Tensors.siluInPlace(mix.forward(asked)));
        });
    }

    /**
     * Computes the logits of the backgrounds, then of the styles: {@code [B, C, h, w] -> [B, backgrounds + styles]}.
     */
    public Tensor surroundings(Tensor grid) {
        return scoped(() -> surroundings.forward(features(grid)));
    }
}
