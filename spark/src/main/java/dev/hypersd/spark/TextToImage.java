package dev.hypersd.spark;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.spark.ExecutorModel.Drawing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Draws a picture for each row: a transformer of Spark ML, for use alone or in a {@code Pipeline}.
 *
 * <p>The prompt is in one column. Every other column that has the name of an option of pictures, such as {@code seed},
 * {@code negative_prompt}, {@code size} ({@code 512x768}) or {@code steps}, sets that option for its row; another
 * column may have whole descriptions in JSON. Rows without a seed of their own are drawn from seed 0. Four columns are
 * added: the picture, its parameters as infotext, the seconds that it took, and the error where a row cannot be drawn,
 * whose picture is then null.
 *
 * <p>Each executor process loads the model once, and its tasks share it. An operation of the engine uses as many
 * threads as a task has processors ({@code spark.task.cpus}).
 *
 * <pre>{@code
 * TextToImage draw = new TextToImage().setModel("/models/sd15").setArguments(new String[] {"--steps", "4"});
 * draw.transform(prompts).write().parquet("pictures");
 * }</pre>
 */
public final class TextToImage extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    /** The format of the output that is Spark's own struct of images. */
    static final String STRUCT = "struct";

    private final String uid;
    private final Param<String> promptCol;
    private final Param<String> optionsCol;
    private final Param<String> outputCol;
    private final Param<String> parametersCol;
    private final Param<String> secondsCol;
    private final Param<String> errorCol;
    private final Param<String> model;
    private final StringArrayParam arguments;
    private final Param<String> format;
    private final IntParam batchSize;

    /** Creates the transformer with the embedded model. */
    public TextToImage() {
        this(Identifiable$.MODULE$.randomUID("textToImage"));
    }

    /** Creates the transformer under a name that no other has. */
    public TextToImage(String uid) {
        this.uid = uid;
        this.promptCol = new Param<>(this, "promptCol", "the column of prompts");
        this.optionsCol = new Param<>(this, "optionsCol", "the column of options in JSON; empty for none");
        this.outputCol = new Param<>(this, "outputCol", "the column that receives pictures");
        this.parametersCol = new Param<>(this, "parametersCol", "the column that receives parameters as infotext");
        this.secondsCol = new Param<>(this, "secondsCol", "the column that receives how long drawing took");
        this.errorCol = new Param<>(this, "errorCol", "the column that receives why a row cannot be drawn");
        this.model = new Param<>(
                this,
                "model",
                "a model directory or file at a path that all executors see; empty for the embedded one");
        this.arguments = new StringArrayParam(
                this, "arguments", "further options of hypersd generate for the model and all pictures");
        this.format = new Param<>(
                this, "format", "struct (the schema of Spark's image source), png, jpg or webp (encoded, binary)");
        this.batchSize = new IntParam(this, "batchSize", "how many pictures are drawn at once, at least 1");
        setDefault(promptCol, "prompt");
        setDefault(optionsCol, "");
        setDefault(outputCol, "image");
        setDefault(parametersCol, "parameters");
        setDefault(secondsCol, "seconds");
        setDefault(errorCol, "error");
        setDefault(model, "");
        setDefault(arguments, new String[0]);
        setDefault(format, STRUCT);
        setDefault(batchSize, 1);
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> promptCol() {
        return promptCol;
    }

    public String getPromptCol() {
        return getOrDefault(promptCol);
    }

    public TextToImage setPromptCol(String column) {
        return (TextToImage) set(promptCol, column);
    }

    public Param<String> optionsCol() {
        return optionsCol;
    }

    public String getOptionsCol() {
        return getOrDefault(optionsCol);
    }

    public TextToImage setOptionsCol(String column) {
        return (TextToImage) set(optionsCol, column);
    }

    public Param<String> outputCol() {
        return outputCol;
    }

    public String getOutputCol() {
        return getOrDefault(outputCol);
    }

    public TextToImage setOutputCol(String column) {
        return (TextToImage) set(outputCol, column);
    }

    public Param<String> parametersCol() {
        return parametersCol;
    }

    public String getParametersCol() {
        return getOrDefault(parametersCol);
    }

    public TextToImage setParametersCol(String column) {
        return (TextToImage) set(parametersCol, column);
    }

    public Param<String> secondsCol() {
        return secondsCol;
    }

    public String getSecondsCol() {
        return getOrDefault(secondsCol);
    }

    public TextToImage setSecondsCol(String column) {
        return (TextToImage) set(secondsCol, column);
    }

    public Param<String> errorCol() {
        return errorCol;
    }

    public String getErrorCol() {
        return getOrDefault(errorCol);
    }

    public TextToImage setErrorCol(String column) {
        return (TextToImage) set(errorCol, column);
    }

    public Param<String> model() {
        return model;
    }

    public String getModel() {
        return getOrDefault(model);
    }

    public TextToImage setModel(String path) {
        return (TextToImage) set(model, path);
    }

    public StringArrayParam arguments() {
        return arguments;
    }

    public String[] getArguments() {
        return getOrDefault(arguments);
    }

    public TextToImage setArguments(String[] options) {
        return (TextToImage) set(arguments, options);
    }

    public Param<String> format() {
        return format;
    }

    public String getFormat() {
        return getOrDefault(format);
    }

    public TextToImage setFormat(String name) {
        return (TextToImage) set(format, name);
    }

    public IntParam batchSize() {
        return batchSize;
    }

    public int getBatchSize() {
        return (Integer) getOrDefault(batchSize);
    }

    public TextToImage setBatchSize(int pictures) {
        return (TextToImage) set(batchSize, pictures);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        List<String> names = Arrays.asList(schema.fieldNames());
        String prompts = getOptionsCol().isEmpty() ? getPromptCol() : getOptionsCol();
        if (!names.contains(prompts)) {
            throw new IllegalArgumentException(
                    "there is no column \"%s\" of prompts; there are %s".formatted(prompts, names));
        }
        for (String added : List.of(getOutputCol(), getParametersCol(), getSecondsCol(), getErrorCol())) {
            if (names.contains(added)) {
                throw new IllegalArgumentException(
                        "the column \"%s\" exists already; name another one for what is drawn".formatted(added));
            }
        }
        if (getBatchSize() < 1) {
            throw new IllegalArgumentException("batchSize must be at least 1, not " + getBatchSize());
        }
        return schema.add(getOutputCol(), pictureType(), true)
                .add(getParametersCol(), DataTypes.StringType, true)
                .add(getSecondsCol(), DataTypes.DoubleType, true)
                .add(getErrorCol(), DataTypes.StringType, true);
    }

    private DataType pictureType() {
        if (getFormat().equals(STRUCT)) {
            return ImageSchema.columnSchema();
        }
        ImageFormat.of(Path.of("picture." + getFormat()));
        return DataTypes.BinaryType;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        List<String> all = new ArrayList<>();
        if (!getModel().isEmpty()) {
            all.addAll(List.of("--model", getModel()));
        }
        all.addAll(List.of(getArguments()));
        DrawRows draw = new DrawRows(
                Drawing.of(all, "", getBatchSize()), getPromptCol(), getOptionsCol(), getFormat(), schema.size());
        return dataset.toDF().mapPartitions(draw, Encoders.row(schema));
    }

    @Override
    public TextToImage copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** Returns what reads transformers that were written. */
    public static MLReader<TextToImage> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads the transformer that was written to {@code path}. */
    public static TextToImage load(String path) {
        return read().load(path);
    }
}
