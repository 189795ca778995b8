package example;

import java.util.Base64;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Answers {@code GET /draw?prompt=...} with a picture. */
@SpringBootApplication
@RestController
public class DrawingApplication {
    private final ImageModel model;

    DrawingApplication(ImageModel model) {
        this.model = model;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(DrawingApplication.class, arguments);
    }

    @GetMapping(path = "/draw", produces = MediaType.IMAGE_PNG_VALUE)
    byte[] draw(@RequestParam String prompt) {
        String picture =
                model.call(new ImagePrompt(prompt)).getResult().getOutput().getB64Json();
        return Base64.getDecoder().decode(picture);
    }
}
