package dev.hypersd.serve.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class McpSessionsTest {
    private static final InitializeRequest ASKED = InitializeRequest.builder(
                    "2025-06-18",
                    ClientCapabilities.builder().build(),
                    Implementation.builder("test", "1").build())
            .build();

    private final McpSessions sessions = new McpSessions();

    @BeforeEach
    void useSessionsThatAnswerNothing() {
        sessions.setSessionFactory(asked -> new McpStreamableServerSessionInit(
                new McpStreamableServerSession(
                        UUID.randomUUID().toString(),
                        asked.capabilities(),
                        asked.clientInfo(),
                        Duration.ofSeconds(1),
                        Map.of(),
                        Map.of()),
                Mono.empty()));
    }

    @Test
    void theOneThatWasNotUsedForLongestGivesWay() {
        String used = begin();
        String idle = begin();
        for (int i = 2; i < McpSessions.MOST; i++) {
            begin();
        }
        assertThat(sessions.find(used)).isPresent();
        String last = begin();
        assertThat(sessions.find(idle)).isEmpty();
        assertThat(sessions.find(used)).isPresent();
        assertThat(sessions.find(last)).isPresent();
    }

    @Test
    void oneThatEndedIsFoundNoMore() {
        String id = begin();
        sessions.end(sessions.find(id).orElseThrow());
        assertThat(sessions.find(id)).isEmpty();
    }

    private String begin() {
        return sessions.begin(ASKED).session().getId();
    }
}
