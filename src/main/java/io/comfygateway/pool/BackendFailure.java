package io.comfygateway.pool;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;

/**
 * Why a call to a server failed.
 *
 * @param reason what went wrong, in words for callers and for {@code /health/ready}; it names no
 *     address
 * @param isSure whether nothing listens there, or what does is no ComfyUI, so that one failure is
 *     enough to take the server out
 */
public record BackendFailure(String reason, boolean isSure) {
  // The HTTP client's messages begin with the address that it called.
  private static final Pattern ADDRESS =
      Pattern.compile("^Connect to \\S++(?: \\[[^\\]]*+])?+ failed: ");

  /** What an exception of the HTTP client, or of a step that reads the answer, means. */
  public static BackendFailure of(Exception why) {
    return new BackendFailure(reason(why), isSure(why));
  }

  private static boolean isSure(Exception why) {
    return why instanceof BackendUnusableException
        || (why instanceof ConnectException && !(why instanceof ConnectTimeoutException))
        || why instanceof UnknownHostException;
  }

  private static String reason(Exception why) {
    if (why instanceof UnknownHostException) {
      return "its host name is not known";
    }
    if (why instanceof MessageConstraintException) {
      return "the header lines of its answer are too many or too long";
    }
    return why.getMessage() == null
        ? why.getClass().getSimpleName()
        : ADDRESS.matcher(why.getMessage()).replaceFirst("");
  }
}
