package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.media.Picture;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One execution of one node: its inputs, and what it may do while it runs. */
final class NodeCall {

  /** Reports the progress of the node to the client of its prompt. */
  interface Steps {
    /** Waits for the time of a step, then reports it. */
    void step(int value, int max, Duration time, Optional<Preview> preview) throws Run.Stopped;

    /** Shows text at the node. */
    void text(String text);
  }

  /**
   * A picture that is sent while a node works.
   *
   * @param jpeg whether it is sent as a JPEG, else as a PNG
   */
  record Preview(Picture picture, boolean jpeg) {}

  private final ObjectNode inputs;
  private final Map<String, Value> linked;
  private final String signature;
  private final Disk disk;
  private final Steps steps;

  NodeCall(ObjectNode inputs, Map<String, Value> linked, String signature, Disk disk, Steps steps) {
    this.inputs = inputs;
    this.linked = linked;
    this.signature = signature;
    this.disk = disk;
    this.steps = steps;
  }

  Disk disk() {
    return disk;
  }

  Steps steps() {
    return steps;
  }

  /** A number that depends on the node's class and inputs and on everything above it. */
  long chance() {
    return Long.parseUnsignedLong(signature.substring(0, 16), 16);
  }

  /** A few letters that depend on the same. */
  String letters() {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      letters.append((char) ('a' + Character.digit(signature.charAt(i), 16)));
    }
    return letters.toString();
  }

  /** The value of an input, written into the graph or handed over a link. */
  JsonNode literal(String name) {
    if (linked.get(name) instanceof Value.Literal literal) {
      return literal.json();
    }
    JsonNode value = inputs.path(name);
    return value.isObject() && value.has("__value__") ? value.get("__value__") : value;
  }

  /** A whole number; ComfyUI takes a text of digits too. Larger ones than an int are cut to it. */
  int whole(String name) {
    JsonNode value = literal(name);
    BigInteger number =
        value.isTextual()
            ? new BigInteger(value.asText().strip().replace("_", ""))
            : value.isBoolean()
                ? BigInteger.valueOf(value.asInt())
                : value.isNumber() ? value.bigIntegerValue() : BigInteger.ZERO;
    return number
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .max(BigInteger.valueOf(Integer.MIN_VALUE))
        .intValue();
  }

  double real(String name) {
    return literal(name).asDouble();
  }

  boolean flag(String name) {
    return literal(name).asBoolean();
  }

  String text(String name) {
    return literal(name).asText();
  }

  List<Picture> pictures(String name) throws NodeFailure {
    return handed(name, Value.Pictures.class).pictures();
  }

  Optional<Value> linked(String name) {
    return Optional.ofNullable(linked.get(name));
  }

  <T extends Value> T handed(String name, Class<T> kind) throws NodeFailure {
    Value value = linked.get(name);
    if (kind.isInstance(value)) {
      return kind.cast(value);
    }
    throw new NodeFailure("TypeError", "the simulator has nothing to give to the input " + name);
  }
}
