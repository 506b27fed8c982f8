package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;

/** How a fault of a file is shown: its place, what is wrong and what to do. */
final class FaultView {
  private FaultView() {}

  static void fill(ObjectNode view, FileFault fault) {
    view.put("file", fault.file());
    if (fault.line() > 0) {
      view.put("line", fault.line());
    }
    if (!fault.field().isEmpty()) {
      view.put("field", fault.field());
    }
    view.put("detail", fault.detail());
    if (!fault.remedy().isEmpty()) {
      view.put("remedy", fault.remedy());
    }
  }
}
