package dev.hypersd.serve.api;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.run.RunCurves;
import dev.hypersd.run.RunFolder;
import dev.hypersd.run.RunFolders;
import dev.hypersd.run.RunState;
import dev.hypersd.run.Sample;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /runs}: training runs, their curves, sheets of samples and recipes. A run is named by the parameter
 * {@code run}, because its name contains slashes. Everything is only read.
 */
public final class RunRoutes {
    private static final System.Logger LOG = System.getLogger(RunRoutes.class.getPackageName());

    private final RunFolders runs;

    /** Routes to {@code runs}. */
    public RunRoutes(RunFolders runs) {
        this.runs = runs;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get(
                "/runs",
                context -> Responses.json(
                        context,
                        Map.of("runs", states().stream().map(RunRoutes::json).toList())));
        routes.get("/runs/curves", context -> Responses.json(context, curves(run(context))));
        routes.get("/runs/recipe", context -> Responses.json(context, recipe(run(context))));
        routes.get("/runs/samples", context -> Responses.json(context, samples(run(context))));
        routes.get("/runs/sheet", this::sendSheet);
    }

    /** One walk through the folders at a time, however many pages are open. */
    private synchronized List<RunState> states() {
        return reading(runs::states);
    }

    private RunFolder run(Context context) {
        return runs.find(Optional.ofNullable(context.queryParam("run")).orElse(""))
                .orElseThrow(() -> new ApiException(ErrorCode.NOT_FOUND, "there is no run of this name"));
    }

    private static Map<String, Object> json(RunState state) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", state.name());
        fields.put("objective", state.objective());
        fields.put("step", state.step());
        state.steps().ifPresent(steps -> fields.put("steps", steps));
        fields.put("losses", state.losses());
        fields.put("moved", state.moved().toString());
        fields.put("running", state.running());
        fields.put("faults", state.faults());
        return fields;
    }

    private static Map<String, Object> curves(RunFolder run) {
        RunCurves curves = reading(run::curves);
        return Map.of(
                "curves",
                curves.curves().stream().map(RunRoutes::json).toList(),
                "changes",
                curves.changes(),
                "faults",
                curves.faults());
    }

    private static Map<String, Object> json(RunCurves.Points points) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", points.name());
        fields.put("steps", points.steps());
        fields.put("seconds", single(points.seconds()));
        fields.put("means", single(points.means()));
        fields.put("least", single(points.least()));
        fields.put("greatest", single(points.greatest()));
        fields.put("last", points.last());
        return fields;
    }

    /** Returns the values in single precision, which halves the response and suffices for curves. */
    private static List<Number> single(double[] values) {
        return Arrays.stream(values).mapToObj(RunRoutes::single).toList();
    }

    /** Returns a value in single precision, unless it is too large or too small for that. */
    private static Number single(double value) {
        float single = (float) value;
        return Float.isInfinite(single) || single == 0 ? (Number) value : (Number) single;
    }

    private static Map<String, Object> recipe(RunFolder run) {
        try {
            return Map.of("keys", run.recipe());
        } catch (InvalidFileException e) {
            return Map.of("keys", Map.of(), "fault", RunFolder.RECIPE + ": " + e.reason());
        }
    }

    private static Map<String, Object> samples(RunFolder run) {
        List<Sample> samples = reading(run::samples);
        return Map.of("samples", samples);
    }

    private void sendSheet(Context context) {
        RunFolder run = run(context);
        String file = Optional.ofNullable(context.queryParam("file")).orElse("");
        byte[] sheet = reading(() -> run.sheet(file))
                .orElseThrow(() -> new ApiException(ErrorCode.NOT_FOUND, "the run has no sheet of this name"));
        context.contentType("image/png").result(sheet);
    }

    /** Reads files, whose places on the disk no response tells. */
    private static <T> T reading(Supplier<T> read) {
        try {
            return read.get();
        } catch (HyperSdException e) {
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
            throw new ApiException(ErrorCode.FAILED, "a file of this run cannot be read; the server says which one");
        }
    }
}
