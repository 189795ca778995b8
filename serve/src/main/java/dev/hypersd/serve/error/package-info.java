/**
 * The errors of the server, and which stage answers when a request fails.
 *
 * <p>A request passes these stages. The stage that refuses it answers with an HTTP status and a body with a code for
 * programs and one sentence for the user ({@link dev.hypersd.serve.error.ApiError}), in the form of the API to which
 * the address belongs: AUTOMATIC1111's, ComfyUI's, or OpenAI's, which all other addresses have too:
 *
 * <table>
 * <caption>The stages of a request</caption>
 * <tr><th>stage</th><th>what fails</th><th>answer</th></tr>
 * <tr><td>connection (Jetty)</td><td>too many connections, or a client that sends its headers or reads its response
 *     too slowly</td><td>the connection is closed without a response, because none would be read</td></tr>
 * <tr><td>HTTP (Jetty)</td><td>no valid HTTP/1.1, headers that are too long</td><td>400, 414, 426, 431 or 505, always
 *     in the form of OpenAI, because no address is known yet</td></tr>
 * <tr><td>access guard</td><td>a foreign Host header, a page of another site, no token, too many wrong
 *     ones</td><td>403, 401, 429</td></tr>
 * <tr><td>router (Javalin)</td><td>no such address, or not for this method</td><td>404; 405 with the methods that are
 *     allowed</td></tr>
 * <tr><td>handshake</td><td>no WebSocket, or another version</td><td>426, 400</td></tr>
 * <tr><td>body</td><td>too large, too slow, compressed, of another type, not valid</td><td>413, 408, 415, 400; 429 if
 *     other requests take up the memory for bodies and images</td></tr>
 * <tr><td>fields and images</td><td>an invalid value, an unknown name, a damaged image</td><td>400, 404,
 *     413, 415</td></tr>
 * <tr><td>queue</td><td>full, or shutting down</td><td>429 with a time to try again, 503</td></tr>
 * <tr><td>job</td><td>cancelled, too late, a broken model, not enough memory, infinite values</td>
 *     <td>409, 504, 400, 500</td></tr>
 * <tr><td>anywhere</td><td>an unexpected exception</td><td>500 without details; the exception is
 *     logged</td></tr>
 * </table>
 *
 * <p>Live sessions answer a failed message with a message of type {@code error}, with the same codes and sentences, and
 * continue. They are closed only if a message is too large (1009), the client does not read (1008), or too many
 * sessions are open (1013).
 */
@NullMarked
package dev.hypersd.serve.error;

import org.jspecify.annotations.NullMarked;
