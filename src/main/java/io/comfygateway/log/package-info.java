/** How the gateway's log looks. */
package io.comfygateway.log;
