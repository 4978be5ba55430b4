import { Channels } from "./channels.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { ConnectionBanner } from "./connection.js";
import { HealthBanner, isGatewayThere } from "./health.js";
import { readPageAddress, socketAddress } from "./link.js";
import { Log } from "./log.js";
import { Socket } from "./socket.js";

const page = document.documentElement;
const find = (selector) => document.querySelector(selector);
const link = readPageAddress(location.search);
if (link.overlay) showAsOverlay(link.fade);
if (link.stream && link.token) start(link);
else showEmpty("nothing");

function start({ stream, token }) {
  const socket = new Socket({
    address: (cursor) => socketAddress(document.baseURI, { stream, token }, cursor),
    probe: { type: "status" },
    isGatewayThere,
  });
  const remembered = memory(`chat-relay.account.${stream}`);
  const chat = new Chat(socket, { picked: remembered.read() });
  const composer = new Composer(chat, find("#composer"));
  const places = { title: find("#title"), live: find("#live"), list: find("#channels ul") };
  const channels = new Channels(chat, stream, places);
  const log = new Log({
    element: find("#log"),
    button: find("#newest"),
    contextOf: (line) => chat.contextOf(line),
    onReply: (line) => composer.replyTo(line),
    onLeave: () => composer.focus(),
  });
  new ConnectionBanner(socket, find("#connection"));
  const health = new HealthBanner(find("#health"));

  let names = "";
  const refreshEmpty = () => showEmpty(emptiness(socket, chat));
  chat.on("lines", (lines) => log.add(lines)).on("lines", refreshEmpty)
    .on("removed", (lines) => log.remove(lines)).on("removed", refreshEmpty)
    .on("changed", (line) => log.change(line))
    .on("accounts", () => {
      channels.show();
      composer.show();
      refreshEmpty();
      const { all, sender } = chat.accounts;
      const newNames = JSON.stringify([sender?.id, all.map(({ id, name, isChannel }) => [id, name, isChannel])]);
      if (newNames !== names) log.redraw();
      names = newNames;
    })
    .on("picked", (id) => remembered.write(id))
    .on("viewers", () => channels.show())
    .on("outgoing", () => composer.showOutgoing())
    .on("health", (state) => health.show(state))
    .on("problem", (sentence) => composer.showProblem(sentence));
  socket.on("state", refreshEmpty);

  addEventListener("online", () => socket.check());
  document.addEventListener("visibilitychange", () => document.hidden || socket.check());
  find("#panel").addEventListener("click", () => showPanel(!document.body.classList.contains("with-panel")));
  find("#channels").addEventListener("keydown", ({ key }) => key === "Escape" && showPanel(false));
  find("#overlay-link").href = `${location.pathname}${location.search}&overlay=1`;
  socket.connect();
}

/** On a narrow page the channels are in front of the chat, and only when asked for. */
function showPanel(isShown) {
  document.body.classList.toggle("with-panel", isShown);
  find("#panel").setAttribute("aria-expanded", String(isShown));
  if (!isShown) find("#panel").focus();
}

function emptiness(socket, chat) {
  if (chat.lines.length > 0) return null;
  if (socket.state.reason === "refused") return "refused";
  if (!chat.isKnown) return "connecting";
  return chat.accounts.isLive ? "quiet" : "offline";
}

/** Shows the one of the page's empty states that holds, or none. */
function showEmpty(state) {
  find("#empty").hidden = state === null;
  for (const element of find("#empty").children) element.hidden = element.dataset.state !== state;
  page.dataset.empty = state ?? "";
}

function showAsOverlay(fade) {
  page.dataset.overlay = fade > 0 ? "fade" : "stay";
  page.style.setProperty("--fade", `${fade}s`);
}

/** One remembered number, as far as the browser lets this page remember anything. */
function memory(key) {
  return {
    read() {
      try {
        return Number(localStorage.getItem(key) ?? NaN);
      } catch {
        return NaN;
      }
    },
    write(id) {
      try {
        localStorage.setItem(key, id);
      } catch {}
    },
  };
}
