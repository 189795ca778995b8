package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A server that draws fast pictures in BF16 draws those that stay in F32, as one does that is not set up for speed. */
class FinalPictureTest {
    private static final String REQUEST =
            "\"prompt\": \"a cat\", \"size\": \"64x64\", \"steps\": 2, \"sampler\": \"ddim\", \"guidance\": 1, "
                    + "\"seed\": 5, \"previews\": false";

    @AutoClose
    private static final TinyServer fast = new TinyServer(
            ServerOptions.LOCAL.withLimits(Limits.DEFAULT.with(new Limits.Clients(32, 8, 64, 16, TinyServer.PATIENCE))),
            "tiny",
            LoadOptions.DEFAULT.withDtype(Dtype.BF16));

    @AutoClose
    private static final TinyServer exact = TinyServer.open();

    @Test
    void aLiveSessionDrawsFastAndWhatStaysExactly() throws Exception {
        try (LiveClient client = LiveClient.of(fast);
                LiveClient other = LiveClient.of(exact)) {
            LiveClient.Message moving = draw(client, 1, "\"final\": false");
            LiveClient.Message resting = draw(client, 2, "\"final\": true");
            LiveClient.Message expected = draw(other, 1, "\"final\": false");
            assertThat(moving.about().get("final").asBoolean()).isFalse();
            assertThat(resting.about().get("final").asBoolean()).isTrue();
            assertThat(pixels(resting.picture())).isEqualTo(pixels(expected.picture()));
            assertThat(pixels(moving.picture())).isNotEqualTo(pixels(expected.picture()));
            // A client need not ask again where there is one way of drawing alone.
            assertThat(expected.about().get("final").asBoolean()).isTrue();
        }
    }

    @Test
    void requestsOverHttpAndJobsAreFinalUnlessTheySayOtherwise() throws Exception {
        String body = "{" + REQUEST.replace(", \"previews\": false", "") + "%s}";
        byte[] expected = pixels(TinyServer.picture(
                exact.post("/v1/images/generations", body.formatted("")).body()));
        String drawn = fast.post("/v1/images/generations", body.formatted("")).body();
        assertThat(pixels(TinyServer.picture(drawn))).isEqualTo(expected);
        String rough = fast.post("/v1/images/generations", body.formatted(", \"final\": false"))
                .body();
        assertThat(pixels(TinyServer.picture(rough))).isNotEqualTo(expected);

        String location = fast.post("/v1/jobs", body.formatted(""))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        TinyServer.until(() -> job(location).get("state").asString().equals("done"));
        String image = job(location).get("data").get(0).get("b64_json").asString();
        assertThat(pixels(Base64.getDecoder().decode(image))).isEqualTo(expected);
    }

    @Test
    void severalPicturesThatStayAreThoseThatTheirSeedsGiveAlone() throws Exception {
        String body = "{" + REQUEST.replace(", \"previews\": false", "") + "%s}";
        JsonNode drawn = TinyServer.json(fast.post("/v1/images/generations", body.formatted(", \"n\": 3")))
                .get("data");
        assertThat(drawn.size()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            byte[] alone = TinyServer.picture(fast.post(
                            "/v1/images/generations", body.formatted("").replace("\"seed\": 5", "\"seed\": " + (5 + i)))
                    .body());
            byte[] one = Base64.getDecoder().decode(drawn.get(i).get("b64_json").asString());
            assertThat(pixels(one)).isEqualTo(pixels(alone));
        }
    }

    @Test
    void aRequestThatIsNeitherFinalNorNotIsRefused() throws Exception {
        assertThat(TinyServer.message(fast.post("/v1/images/generations", "{" + REQUEST + ", \"final\": \"soon\"}")))
                .contains("final");
    }

    @Test
    void aPictureThatWasToStayMakesRoomAtOnceWhenTheHandMovesAgain() throws Exception {
        try (LiveClient client = LiveClient.of(fast)) {
            client.send("{\"id\": 1, \"final\": true, " + REQUEST.replace("\"steps\": 2", "\"steps\": 100") + "}");
            client.until("progress");
            client.send("{\"id\": 2, " + REQUEST + "}");
            List<String> ends = new ArrayList<>();
            while (ends.size() < 2) {
                LiveClient.Message message = client.next();
                if (!message.type().equals("progress")) {
                    ends.add(message.type() + " " + message.about().get("id").asInt());
                }
            }
            // A fast picture would be finished first here.
            assertThat(ends).containsExactly("cancelled 1", "picture 2");
        }
    }

    @Test
    void aHiresPassEnlargesPicturesOfTheModelsOwnSizeAndItsStepsAreCountedWithTheOthers() throws Exception {
        int side = Json.MAPPER
                .readTree(exact.get("/v1/choices").body())
                .get("models")
                .get(0)
                .get("side")
                .asInt();
        try (LiveClient client = LiveClient.of(exact)) {
            client.send("{\"id\": 1, " + REQUEST.replace("\"size\": \"64x64\", ", "") + ", \"hires\": 1.5}");
            List<String> steps = new ArrayList<>();
            LiveClient.Message message = client.next();
            for (; message.type().equals("progress"); message = client.next()) {
                steps.add(message.about().get("step") + "/" + message.about().get("steps"));
            }
            assertThat(steps).containsExactly("1/3", "2/3", "3/3");
            assertThat(Image.decode(Path.of("picture"), message.picture()).width())
                    .isEqualTo((int) (1.5 * side) / 8 * 8);
        }
    }

    @Test
    void whatControlNetsSeeIsShownInTheSizeOfThePicture() throws Exception {
        byte[] rgb = new byte[3 * 32 * 32];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (7 * i);
        }
        byte[] photo = new Png().encode(new Image(32, 32, rgb), Optional.empty());
        try (LiveClient client = LiveClient.of(exact)) {
            String control = "{\"name\": \"controlnet-sd15\", \"image\": \"%s\", \"preprocessor\": \"%s\"}";
            String image = Base64.getEncoder().encodeToString(photo);
            client.send("{\"id\": 3, \"model\": \"sd15\", " + REQUEST + ", \"control_pictures\": true, \"controls\": ["
                    + control.formatted(image, "canny") + ", " + control.formatted(image, "drawing") + "]}");
            LiveClient.Message first = client.until("control");
            LiveClient.Message second = client.until("control");
            assertThat(first.about().get("control").asInt()).isZero();
            assertThat(second.about().get("control").asInt()).isEqualTo(1);
            Image shown = Image.decode(Path.of("control"), second.picture());
            assertThat(shown.width()).isEqualTo(64);
            assertThat(pixels(second.picture())).isNotEqualTo(pixels(first.picture()));
            client.until("picture");
            client.send("{\"id\": 4, \"model\": \"sd15\", " + REQUEST + ", \"controls\": ["
                    + control.formatted(image, "canny") + "]}");
            assertThat(client.types("picture")).doesNotContain("control");
        }
    }

    private static LiveClient.Message draw(LiveClient client, int id, String more) throws InterruptedException {
        client.send("{\"id\": " + id + ", " + REQUEST + ", " + more + "}");
        return client.until("picture");
    }

    private static JsonNode job(String location) {
        try {
            return Json.MAPPER.readTree(fast.get(location).body());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] pixels(byte[] png) {
        return Image.decode(Path.of("picture"), png).rgb();
    }
}
