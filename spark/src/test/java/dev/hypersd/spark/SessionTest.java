package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** What Spark says of a failure on other machines becomes one sentence. */
class SessionTest {
    private static final String LOST = """
        Job aborted due to stage failure: Task 3 in stage 0.0 failed 4 times, most recent failure: Lost task 3.3 in \
        stage 0.0 (TID 9) (10.0.0.7 executor 2): dev.hypersd.error.InvalidFileException: /models/sd15: not found
        \tat dev.hypersd.model.ModelSource.open(ModelSource.java:99)
        """;

    @Test
    void theSentenceOfTheCauseIsFoundInATrace() {
        HyperSdException failure =
                Session.failure("drawing", new IllegalStateException(new SparkException(LOST, null)));
        assertThat(failure)
                .hasMessage("drawing failed on the cluster: /models/sd15: not found (the same command continues it)");
        assertThat(Session.sentence(LOST)).isEqualTo("/models/sd15: not found");
    }

    @Test
    void withoutASentenceOfOursTheInnermostCauseIsSaid() {
        Exception cause = new java.io.IOException("No space left on device\n\tat java.base");
        assertThat(Session.failure("drawing", new IllegalStateException("wrapped", cause)))
                .hasMessage("drawing failed on the cluster: No space left on device (the same command continues it)");
        assertThat(Session.sentence(
                        "Stage failed because barrier task 1 finished unsuccessfully.\nExecutorLost: 137\nat x"))
                .isEqualTo("Stage failed because barrier task 1 finished unsuccessfully. ExecutorLost: 137");
    }

    @Test
    void whatTheDriverSaysItselfIsLeftAsItIs() {
        InvalidRequestException own = new InvalidRequestException("--workers must be at least 1, not 0");
        assertThat(Session.failure("training", own)).isSameAs(own);
    }
}
