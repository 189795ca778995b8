package dev.hypersd.recipe;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.TestPrompt;
import dev.hypersd.json.JsonObject;
import dev.hypersd.section.Section;
import dev.hypersd.study.DrawnStudy;
import dev.hypersd.study.Question;
import dev.hypersd.study.Study;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * The recipe of a preference study, checked: a recipe that compares methods, with what people are asked. What a
 * comparison says about judges and sheets has no effect on a study.
 *
 * @param comparison the methods and what they draw
 * @param questions what is asked of each pair of pictures
 * @param hasBaseline whether methods are shown beside the baseline only, and not beside each other
 * @param ties whether a rater may say that neither picture is better
 * @param pairsPerRater how many pairs a rater is asked about at most; all of them where it is empty
 */
public record StudyRecipe(
        ComparisonRecipe comparison,
        List<Question> questions,
        boolean hasBaseline,
        boolean ties,
        OptionalInt pairsPerRater) {
    private static final String QUESTIONS = "questions";

    public StudyRecipe {
        questions = List.copyOf(questions);
    }

    /**
     * Reads a recipe. Files of models, pictures and prompts are not opened.
     *
     * @param changes {@code path.to.key=value}
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    public static StudyRecipe read(Path file, List<String> changes) {
        return of(RecipeFile.read(file, changes));
    }

    /** Makes a recipe of {@code changes} alone, as {@link #read} does of a file and changes. */
    public static StudyRecipe of(List<String> changes) {
        return of(RecipeFile.of(changes));
    }

    private static StudyRecipe of(JsonObject keys) {
        Section root = new Section(keys);
        SequencedMap<String, Boolean> pairs = new LinkedHashMap<>();
        pairs.put("all", false);
        pairs.put("baseline", true);
        StudyRecipe recipe = new StudyRecipe(
                ComparisonRecipe.of(root),
                root.has(QUESTIONS)
                        ? root.sections(QUESTIONS).stream()
                                .map(StudyRecipe::question)
                                .toList()
                        : List.of(Question.PREFERENCE),
                root.choice("pairs", "all", pairs),
                root.flag("ties", true),
                root.optionalCount("pairs_per_rater", 1));
        if (recipe.questions.isEmpty()) {
            throw root.invalid(QUESTIONS, "is empty; name at least one, or leave it out");
        }
        root.refuseUnread();
        return recipe;
    }

    private static Question question(Section section) {
        String name = section.text("name");
        String text = section.text("text");
        section.refuseUnread();
        try {
            return new Question(name, text);
        } catch (InvalidRequestException e) {
            throw section.invalid("name", "is wrong: " + e.getMessage());
        }
    }

    /** Returns the pictures that the methods draw, which are kept in the folder of the output. */
    public DrawnStudy pictures() {
        return new DrawnStudy(
                comparison.contestants(),
                comparison.prompts().read(),
                comparison.settings().seeds(),
                comparison.settings().batch(),
                comparison.output().resolve("pictures"));
    }

    /** Returns the file of the votes. */
    public Path votes() {
        return comparison.output().resolve("votes.jsonl");
    }

    /**
     * Returns what people are asked about {@code pictures}. The files of the models are read for their fingerprints.
     *
     * @throws InvalidRequestException if there are less than two methods
     */
    public Study study(DrawnStudy pictures) {
        return new Study(
                pictures.methods(),
                pictures.prompts().prompts().stream().map(TestPrompt::text).toList(),
                comparison.settings().seeds(),
                hasBaseline ? Optional.of(DrawnStudy.name(comparison.baseline())) : Optional.empty(),
                questions,
                ties,
                pairsPerRater);
    }
}
