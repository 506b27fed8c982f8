package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** What a request wants of the seeds that it does not set one by one. */
public sealed interface SeedChoice {

  /** The seed that many programs read as "draw one". */
  long DRAW = -1;

  /** Whether a value asks for a seed to be drawn. */
  static boolean asksToDraw(JsonNode value) {
    return value.canConvertToExactIntegral()
        ? value.bigIntegerValue().equals(BigInteger.valueOf(DRAW))
        : value.isTextual() && value.asText().strip().equals("-1");
  }

  /** Every seed is drawn anew, so that ComfyUI does not answer from its cache. */
  record Random() implements SeedChoice {}

  /** Every seed stays as the graph has it. */
  record Keep() implements SeedChoice {}

  /**
   * Every seed becomes this number.
   *
   * @param seed at most 2^53 − 1 in size, so that JavaScript callers read it exactly
   */
  record Fixed(long seed) implements SeedChoice {
    /** At most 16 digits, as many as 2^53 has, so that it always fits a long. */
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,16}");
  }

  /**
   * Reads the request's {@code seed}: {@code "random"}, {@code "keep"} or a whole number, which may
   * also be text as in a form field. Missing, null, blank and −1 mean random.
   *
   * @throws Problem {@link ProblemType#INVALID_INPUT} at {@code /seed} for anything else
   */
  static SeedChoice parse(JsonNode value) {
    boolean isBlank = value.isTextual() && value.asText().isBlank();
    if (value.isMissingNode() || value.isNull() || isBlank) {
      return new Random();
    }
    String text =
        value.canConvertToExactIntegral()
            ? value.bigIntegerValue().toString()
            : value.isTextual() ? value.asText().strip() : "";
    if (value.isTextual() && text.equals("random")) {
      return new Random();
    }
    if (value.isTextual() && text.equals("keep")) {
      return new Keep();
    }
    if (Fixed.WHOLE.matcher(text).matches()
        && Math.abs(Long.parseLong(text)) <= InputSpec.MAX_EXACT) {
      return Long.parseLong(text) == DRAW ? new Random() : new Fixed(Long.parseLong(text));
    }
    throw Problem.ofField(
        ProblemType.INVALID_INPUT,
        "/seed",
        "seed must be \"random\", \"keep\" or a whole number up to " + InputSpec.MAX_EXACT);
  }
}
