package dev.hypersd.judge.detection;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.Upsample;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.tensor.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The network of the segmenter: instance segmentation with dynamic filters (SOLOv2, Wang et al., 2020). Masks have
 * twice the resolution of the grid. Stateless, so safe to share.
 */
public final class Segmenter {
    /** The class name in {@code config.json}, and how the network is built from its configuration and weights. */
    public static final NetworkType<BackboneConfig, Segmenter> TYPE =
            new NetworkType<>("Segmenter", UnaryOperator.identity(), BackboneConfig::from, Segmenter::new);

    private static final int KINDS = Kind.values().length;

    /**
     * The number of channels of coordinates from -1 to 1 that are added to features, because masks of equal objects
     * differ only in place.
     */
    private static final int COORDINATES = 2;

    /** The initial bias of the categories, low because most cells have no object. */
    private static final double RARE = -4;

    private final Backbone backbone;
    private final Conv2d categoryTower;
    private final Conv2d categories;
    private final Conv2d filterTower;
    private final Conv2d filters;
    private final Upsample finer;
    private final Conv2d maskTower;
    private final Conv2d masks;

    /**
     * Builds the network.
     *
     * @param config the sizes of the backbone; filters are half as wide as its last level
     */
    public Segmenter(BackboneConfig config, Parameters p) {
        int width = config.width();
        int filter = width / 2;
        this.backbone = new Backbone(config, p.at("backbone"));
        this.categoryTower = Conv2d.same3x3(p.at("category_tower"), width, width);
        this.categories = Conv2d.pointwise(p.at("categories"), width, KINDS);
        this.filterTower = Conv2d.same3x3(p.at("filter_tower"), width + COORDINATES, width);
        this.filters = Conv2d.pointwise(p.at("filters"), width, filter);
        this.finer = new Upsample(p.at("finer"), width);
        this.maskTower = Conv2d.same3x3(p.at("mask_tower"), width + COORDINATES, width);
        this.masks = Conv2d.pointwise(p.at("masks"), width, filter);
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
     * Computes the logits that a cell is near the centre of an object of a kind: {@code [B, C, h, w] -> [B, kinds, h,
     * w]}.
     */
    public Tensor categories(Tensor grid) {
        return scoped(() -> categories
                .forward(Tensors.siluInPlace(categoryTower.forward(grid)))
                .add(new Scalar(RARE)));
    }

    /** Computes the filter of every cell: {@code [B, C, h, w] -> [B h w, E]}, cells row by row, picture by picture. */
    public Tensor filters(Tensor grid) {
        return scoped(() -> filters.forward(Tensors.siluInPlace(filterTower.forward(placed(grid))))
                .permute(0, 2, 3, 1)
                .flatten(0, 2));
    }

    /** Computes the features to which filters are applied: {@code [B, C, h, w] -> [B, E, 2h, 2w]}. */
    public Tensor canvas(Tensor grid) {
        return scoped(() -> masks.forward(Tensors.siluInPlace(maskTower.forward(placed(finer.forward(grid))))));
    }

    /**
     * Computes the logits of masks.
     *
     * @param filters the filters of chosen cells, {@code [M, E]}
     * @param canvas {@code [B, E, H, W]}
     * @param pictures I64 {@code [M]}: the picture to which each filter is applied
     * @return {@code [M, H, W]}
     */
    public static Tensor draw(Tensor filters, Tensor canvas, Tensor pictures) {
        return scoped(() -> filters.unsqueeze(1)
                .bmm(canvas.flatten(2, 3).index_select(0, pictures))
                .view(filters.size(0), canvas.size(2), canvas.size(3)));
    }

    private static Tensor placed(Tensor x) {
        Tensor down = along(x, x.size(2)).view(1, 1, x.size(2), 1).expand(x.size(0), 1, x.size(2), x.size(3));
        Tensor right = along(x, x.size(3)).view(1, 1, 1, x.size(3)).expand(x.size(0), 1, x.size(2), x.size(3));
        return Tensors.cat(1, x, down, right);
    }

    private static Tensor along(Tensor like, long count) {
        return torch.linspace(new Scalar(-1.0), new Scalar(1.0), count).to(like.device(), like.scalar_type());
    }
}
