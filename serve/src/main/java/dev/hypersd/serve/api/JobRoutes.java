package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code /v1/jobs}: requests to generate that are answered at once, and asked about by an id. A client sees and
 * cancels its own jobs alone.
 */
public final class JobRoutes {
    private final GenerationQueue queue;
    private final RequestMemory memory;
    private final JobStore jobs = JobStore.open();

    /** Creates routes whose jobs generate in {@code queue} and reserve what they hold from {@code memory}. */
    public JobRoutes(GenerationQueue queue, RequestMemory memory) {
        this.queue = queue;
        this.memory = memory;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.post("/v1/jobs", this::submit);
        routes.get("/v1/jobs", this::list);
        routes.get("/v1/jobs/{id}", context -> describe(context, find(context)));
        routes.delete("/v1/jobs/{id}", this::cancel);
    }

    private void submit(Context context) {
        JsonObject body = RequestBody.json(context);
        RequestMemory.Reservation reservation = memory.open(Sender.of(context));
        SubmittedJob submitted;
        try {
            reservation.reserveBody(Math.max(0, context.req().getContentLengthLong()));
            OpenAiRequest asked = OpenAiRequest.generation(body, reservation);
            if (asked.wantsAddresses() || asked.partialImages().isPresent()) {
                throw new ApiException(
                        ErrorCode.MALFORMED, "stream and response_format url: a job is asked about at its address");
            }
            GenerationJob job = queue.submit(
                    Client.of(context.ip()),
                    asked.request().options(),
                    asked.request().quality(),
                    step -> {});
            var _ = job.images().whenComplete((_, _) -> reservation.close());
            submitted = new SubmittedJob(
                    UUID.randomUUID().toString(),
                    context.ip(),
                    job,
                    image -> asked.format().encoder().encode(image.image(), Optional.of(image.parameters())),
                    asked.request().warnings(),
                    Optional.empty());
        } catch (RuntimeException e) {
            reservation.close();
            throw e;
        }
        jobs.keep(submitted);
        context.status(202).header("Location", context.contextPath() + "/v1/jobs/" + submitted.id());
        Responses.warn(context, submitted.warnings());
        describe(context, submitted);
    }

    private void list(Context context) {
        List<Map<String, Object>> own = new ArrayList<>();
        for (SubmittedJob job : jobs.of(context.ip())) {
            own.add(job.describeState(queue, false));
        }
        Responses.json(context, Map.of("object", "list", "data", own));
    }

    private void cancel(Context context) {
        SubmittedJob found = find(context);
        found.cancel(queue);
        describe(context, found);
    }

    private void describe(Context context, SubmittedJob job) {
        Responses.json(context, job.describe(queue, "true".equals(context.queryParam("preview"))));
    }

    private SubmittedJob find(Context context) {
        return jobs.find(context.ip(), context.pathParam("id"))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.NOT_FOUND,
                        "there is no job of this client at this address; results are kept for %d minutes"
                                .formatted(JobStore.KEPT.toMinutes())));
    }
}
