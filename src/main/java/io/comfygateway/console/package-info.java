/**
 * The files of the console, the gateway's own web page: which of them are served, with which header
 * fields. Start at {@link io.comfygateway.console.ConsoleHandler}. It knows nothing of jobs and
 * callers: the page uses the contract's operations as every other client does.
 */
@NullMarked
package io.comfygateway.console;

import org.jspecify.annotations.NullMarked;
