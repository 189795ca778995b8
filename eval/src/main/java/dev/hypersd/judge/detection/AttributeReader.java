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
 * The network of the attribute reader. Each cell of the grid is asked about objects <em>of one kind</em>: a star in
 * front of a house has its centre in the same cell and a colour of its own. Colours are read in the same way for every
 * kind, so that combinations that were not trained are read too.
 *
 * <p>Stateless, so safe to share.
 */
public final class AttributeReader {
    /** The class name of {@code config.json}, and how the network is made of its configuration and weights. */
    public static final NetworkType<BackboneConfig, AttributeReader> TYPE =
            new NetworkType<>("AttributeReader", UnaryOperator.identity(), BackboneConfig::from, AttributeReader::new);

    /** The numbers that {@link #describe} gives before the colours: two of the centre and one of the extent. */
    static final int GEOMETRY = 3;

    private static final int KINDS = Kind.values().length;
    private static final int COLOURS = Colour.values().length;
    private static final int BACKGROUNDS = Background.values().length;
    private static final int STYLES = Style.values().length;

    /** The initial bias of the heatmaps: most cells have no object, and learning that first would take long. */
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

    /** Returns the backbone, whose features everything else is computed from. */
    public Backbone backbone() {
        return backbone;
    }

    /** Returns the features of every cell: {@code [B, 3, H, W]} from -1 to 1 {@code -> [B, C, h, w]}. */
    public Tensor grid(Tensor pixels) {
        return backbone.forward(pixels);
    }

    /**
     * Returns the features of whole pictures, which distances between sets of pictures are measured on: {@code [B, C,
     * h, w] -> [B, C]}.
     */
    public Tensor features(Tensor grid) {
        return grid.mean(-1, -2);
    }

    /**
     * Returns the logits that a cell is the centre of an object, a heatmap for each kind: {@code [B, C, h, w] -> [B,
     * kinds, h, w]}.
     */
    public Tensor peaks(Tensor grid) {
        return scoped(
                () -> peaks.forward(Tensors.siluInPlace(seek.forward(grid))).add(new Scalar(RARE)));
    }

    /**
     * Returns the descriptions of objects: the offset of the centre from the centre of its cell (right and down, in
     * cells), the logarithm of the extent as a part of the picture, and the logits of the colour.
     *
     * @param grid {@code [B, C, h, w]}
     * @param cells I64 {@code [M]}: the numbers of cells, row by row, picture by picture
     * @param kindsThere I64 {@code [M]}: the kind that each cell is asked about
     * @return {@code [M, 3 + colours]}
     */
    public Tensor describe(Tensor grid, Tensor cells, Tensor kindsThere) {
        return scoped(() -> {
            Tensor there = grid.permute(0, 2, 3, 1).flatten(0, 2).index_select(0, cells);
            Tensor asked = Tensors.siluInPlace(cell.forward(there).add(kinds.forward(kindsThere)));
            return answer.forward(Tensors.siluInPlace(mix.forward(asked)));
        });
    }

    /** Returns the logits of the backgrounds, then of the styles: {@code [B, C, h, w] -> [B, backgrounds + styles]}. */
    public Tensor surroundings(Tensor grid) {
        return scoped(() -> surroundings.forward(features(grid)));
    }
}
