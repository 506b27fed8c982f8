package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What forms and documents show of an input beside its type.
 *
 * @param label what people call it; empty for its name
 * @param group the heading that it stands under; empty for none
 * @param examples values worth trying
 * @param isMultiline whether its text has several lines
 * @param isAdvanced whether most people leave it as it is
 * @param isHidden whether callers can neither see nor set it
 */
record InputHints(
    String label,
    String group,
    List<JsonNode> examples,
    boolean isMultiline,
    boolean isAdvanced,
    boolean isHidden) {

  /** Nothing to show. */
  static final InputHints NONE = new InputHints("", "", List.of(), false, false, false);

  InputHints {
    examples = List.copyOf(examples);
  }
}
