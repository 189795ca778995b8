package dev.hypersd.run;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How far a run is.
 *
 * @param name the path of its folder below the folder of runs, with slashes; {@code .} for that folder itself
 * @param objective what is trained; empty if the run has no recipe
 * @param step the last step that is logged; 0 if there is none
 * @param steps the number of steps of the recipe; empty if the run has no recipe
 * @param losses the last losses and held-out losses by name
 * @param moved when the run last logged anything
 * @param running whether a program is training into the folder now
 * @param faults sentences that name what in the folder is damaged and left out
 */
public record RunState(
        String name,
        String objective,
        long step,
        OptionalLong steps,
        Map<String, Double> losses,
        Instant moved,
        boolean running,
        List<String> faults) {}
