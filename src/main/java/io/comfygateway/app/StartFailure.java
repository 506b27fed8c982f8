package io.comfygateway.app;

import io.comfygateway.database.NewerSchemaException;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.sql.SQLException;

/** Why a gateway cannot start. The message tells its operator what to do. */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  // H2: DATABASE_ALREADY_OPEN_1
  private static final int H2_IN_USE = 90_020;

  public StartFailure(String message) {
    super(message);
  }

  private StartFailure(String message, Throwable cause) {
    super(message, cause);
  }

  static StartFailure folderInUse(Path folder) {
    return new StartFailure(
        "The data folder "
            + folder
            + " is used by another running gateway. Stop that one, or set GATEWAY_DATA_DIR to"
            + " another folder.");
  }

  static StartFailure halfRestored(Path folder) {
    return new StartFailure(
        "A restore into the data folder "
            + folder
            + " has not finished. Run ./gateway restore FILE again; it starts over.");
  }

  static StartFailure folderUnusable(Path folder, Exception why) {
    return new StartFailure(
        "The data folder "
            + folder
            + " cannot be used ("
            + reason(why)
            + "). Set GATEWAY_DATA_DIR to a folder that this user can write to.",
        why);
  }

  static StartFailure filesUnusable(Path folder, Exception why) {
    return new StartFailure(
        "The folder of files "
            + folder
            + " cannot be used ("
            + reason(why)
            + "). Set GATEWAY_FILES_DIR to a folder that this user can write to.",
        why);
  }

  static StartFailure notListening(Settings settings, Exception why) {
    String place = settings.get(PortSettings.HOST) + ":" + settings.get(PortSettings.PORT);
    if (why instanceof UnknownHostException) {
      return new StartFailure(
          "GATEWAY_HOST: "
              + settings.get(PortSettings.HOST)
              + " is not an address of this machine.",
          why);
    }
    if (why instanceof BindException && String.valueOf(why.getMessage()).contains("in use")) {
      return new StartFailure(
          "The gateway cannot listen on "
              + place
              + ": another program uses the port. Stop that program, or set GATEWAY_PORT to another port.",
          why);
    }
    return new StartFailure(
        "The gateway cannot listen on "
            + place
            + " ("
            + reason(why)
            + "). Set GATEWAY_HOST to an address of this machine and GATEWAY_PORT to a port that"
            + " this user can open.",
        why);
  }

  /** Explains an exception of the start to the operator. */
  public static StartFailure of(Exception thrown, Settings settings) {
    if (thrown instanceof StartFailure known) {
      return known;
    }
    if (thrown instanceof NewerSchemaException newer) {
      return new StartFailure(
          "The database ("
              + settings.database().describe()
              + ") was used by a newer version of comfyui-gateway: "
              + newer.getMessage()
              + ". Start that version, or restore a backup from before the upgrade.",
          newer);
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException bind) {
        return notListening(settings, bind);
      }
      if (cause instanceof SQLException sql) {
        return sql.getErrorCode() == H2_IN_USE
            ? folderInUse(settings.get(StorageSettings.DATA_DIR))
            : new StartFailure(
                "The database ("
                    + settings.database().describe()
                    + ") cannot be opened: "
                    + reason(sql)
                    + ". "
                    + new DatabaseAdvice(settings).of(sql),
                thrown);
      }
    }
    return new StartFailure("The gateway cannot start: " + reason(thrown), thrown);
  }

  /** The first line of an exception's message, with its type where the message needs it. */
  public static String reason(Throwable why) {
    String message = why.getMessage() == null ? "" : why.getMessage().strip();
    String text = message.lines().findFirst().orElse("").replaceAll("\\.$", "");
    return why instanceof java.io.IOException || text.isEmpty()
        ? (why.getClass().getSimpleName() + " " + text).strip()
        : text;
  }
}
