package io.comfygateway.workflow.editor;

import java.util.List;
import java.util.stream.Collectors;

/** An editor file that cannot be converted, with every reason. */
public final class ConversionException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<ConversionFault> faults;

  ConversionException(ConversionFault fault) {
    this(List.of(fault));
  }

  ConversionException(List<ConversionFault> faults) {
    super(faults.stream().map(ConversionFault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /** The reasons, in the order of the nodes in the file. */
  public List<ConversionFault> faults() {
    return faults;
  }
}
