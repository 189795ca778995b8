package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A graph of ComfyUI: nodes by name, with a {@code class_type} and {@code inputs}, each of which is a value or a link
 * {@code [node, output]} to another node.
 */
final class ComfyGraph {
    /** The greatest number of links in a row, since graphs may contain cycles. */
    private static final int LONGEST_WAY = 64;

    private final JsonNode nodes;
    private final List<String> warnings = new ArrayList<>();

    ComfyGraph(JsonNode nodes) {
        this.nodes = nodes;
    }

    /** A node, and the number of links that were followed to it. */
    final class Node {
        private final String id;
        private final JsonNode inputs;
        private final String type;
        private final int depth;
        private final int output;

        private Node(String id, int output, int depth) {
            JsonNode node = nodes.path(id);
            if (!node.isObject() || depth > LONGEST_WAY) {
                throw new ApiException(
                        ErrorCode.MALFORMED,
                        "node %s is missing, or the graph runs in a circle".formatted(FieldWarnings.shortened(id)));
            }
            this.id = id;
            this.inputs = node.path("inputs");
            this.type = node.path("class_type").asString("");
            this.depth = depth;
            this.output = output;
        }

        String id() {
            return id;
        }

        String type() {
            return type;
        }

        /** Returns the number of the output of this node to which the link leads. */
        int output() {
            return output;
        }

        /** Returns the node that an input is linked to. */
        Node link(String input) {
            JsonNode link = inputs.path(input);
            if (!link.isArray() || link.size() != 2) {
                throw invalid("its input %s must be a link to another node".formatted(input));
            }
            return new Node(link.get(0).asString(""), link.get(1).asInt(0), depth + 1);
        }

        /** Returns whether an input is linked to another node. */
        boolean isLinked(String input) {
            return inputs.path(input).isArray();
        }

        /** Returns a text. */
        String text(String input) {
            return value(input)
                    .filter(JsonNode::isString)
                    .map(JsonNode::asString)
                    .orElseThrow(() -> invalid("its input %s must be a text".formatted(input)));
        }

        /** Returns a finite number. */
        double number(String input, double absent) {
            Optional<JsonNode> value = value(input);
            if (value.isEmpty()) {
                return absent;
            }
            double number = value.get().isNumber() ? value.get().asDouble() : Double.NaN;
            if (!Double.isFinite(number)) {
                throw invalid("its input %s must be a number".formatted(input));
            }
            return number;
        }

        /** Returns a whole number. */
        int whole(String input, int absent) {
            double number = number(input, absent);
            if (number != (int) number) {
                throw invalid("its input %s must be a whole number".formatted(input));
            }
            return (int) number;
        }

        /** Returns the value of an input, if there is one; a link to another node is refused. */
        Optional<JsonNode> value(String input) {
            JsonNode value = inputs.path(input);
            if (value.isArray()) {
                throw invalid("its input %s must be a value, not a link".formatted(input));
            }
            return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
        }

        /** Adds a warning about an input that has no effect. */
        void warn(String sentence) {
            warnings.add("node %s (%s): %s".formatted(id, type, sentence));
        }

        ApiException invalid(String sentence) {
            return new ApiException(
                    ErrorCode.MALFORMED,
                    "node %s (%s): %s".formatted(FieldWarnings.shortened(id), FieldWarnings.shortened(type), sentence));
        }

        /** Returns the refusal of a node that is not supported at its place in the graph. */
        ApiException unsupported(String what) {
            return invalid("this server does not know this node as %s".formatted(what));
        }
    }

    /** Returns the nodes of one of {@code types}. */
    List<Node> ofTypes(Set<String> types) {
        return nodes.propertyStream()
                .filter(node ->
                        types.contains(node.getValue().path("class_type").asString("")))
                .map(node -> new Node(node.getKey(), 0, 0))
                .toList();
    }

    /** Returns full sentences about inputs that have no effect. */
    List<String> warnings() {
        return warnings;
    }
}
