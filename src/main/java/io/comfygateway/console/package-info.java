/**
 * The files of the console, the gateway's own web page: which of them are served, and with which
 * header fields. The way in is {@link ConsoleHandler}. It knows nothing of jobs and callers: the
 * page uses the contract's operations as every other client does.
 */
@NullMarked
package io.comfygateway.console;

import org.jspecify.annotations.NullMarked;
