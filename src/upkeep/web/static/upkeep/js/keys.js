// Hardware keys: registers a security key, logs in with one, and has the program of a USB key sign (docs/key-protocol.md).
// What the key says is sent on as it is; whether it proves anything is for the server to say.

const bytes = (text) => {
  const plain = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(url, content) {
  const headers = { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(content) });
  if (answer.status === 429) throw new Problem("连续多次未通过，已暂时锁定，请 15 分钟后再试");
  const told = await answer.json().catch(() => ({ problem: "系统没有应答，请刷新页面后重试" }));
  if (!answer.ok || told.problem) throw new Problem(told.problem || "没有通过，请刷新页面后重试");
  return told;
}

class Problem extends Error {}

// What the browser says of a key that did not answer, in words that help.
function words(error) {
  if (error instanceof Problem) return error.message;
  return {
    NotAllowedError: "没有收到密钥的回应：请插入密钥，按提示输入 PIN 并触碰密钥后再试",
    InvalidStateError: "这把密钥已经登记过",
    SecurityError: "当前网址不能使用安全密钥，请改用正式的网址访问",
    NotSupportedError: "您的浏览器或密钥不支持，请换用 Chrome、Edge、Firefox 或 360 浏览器的较新版本",
  }[error.name] || "密钥没有回应，请重新插入后再试";
}

async function trying(part, work) {
  const place = part.querySelector("[data-key-problem]");
  const button = part.querySelector("[data-key-go]");
  place.hidden = true;
  button.disabled = true;
  try {
    location.assign((await work()).url);
  } catch (error) {
    place.textContent = words(error);
    place.hidden = false;
    button.disabled = false;
  }
}

const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function needsWebauthn() {
  if (!window.PublicKeyCredential) throw new Problem("您的浏览器不支持安全密钥，或者网址不是 https，请联系管理中心");
}

async function register(part) {
  const name = part.querySelector("[name=key_name]").value.trim();
  const password = part.querySelector("[name=key_password]");
  needsWebauthn();
  if (!name) throw new Problem("请给密钥起一个名称，以便今后辨认");
  const asked = await post(part.dataset.options, password ? { password: password.value } : {});
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: named(asked.excludeCredentials),
    },
  });
  const response = {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports ? made.response.getTransports() : [],
  };
  return post(part.dataset.check, { name, answer: { id: made.id, rawId: text(made.rawId), type: made.type, response } });
}

async function enter(part) {
  needsWebauthn();
  const asked = await post(part.dataset.options, {});
  const found = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
  });
  const response = {
    clientDataJSON: text(found.response.clientDataJSON),
    authenticatorData: text(found.response.authenticatorData),
    signature: text(found.response.signature),
    userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
  };
  return post(part.dataset.check, { answer: { id: found.id, rawId: text(found.rawId), type: found.type, response } });
}

// The program of the USB key: a browser extension (window.upkeepKey), else a service on the user's own computer.
const REASONS = {
  NO_KEY: "没有检测到登录密钥，请刷新页面或重新插入密钥",
  CANCELLED: "您取消了密钥签名，请重新点击登录",
  LOCKED: "密钥口令连续输错，密钥已锁定，请到管理中心窗口解锁",
};

function reasonOf(told) {
  if (told.code === "WRONG_PIN") {
    const left = Number.isInteger(told.tries_left) ? `，还可尝试 ${told.tries_left} 次` : "";
    return new Problem(`密钥口令不正确${left}`);
  }
  return new Problem(REASONS[told.code] || REASONS.NO_KEY);
}

function programOf(part) {
  if (window.upkeepKey) return window.upkeepKey;
  const ask = async (path, content) => {
    const how = content ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) } : {};
    const answer = await fetch(part.dataset.service + path, how).catch(() => { throw { code: "NO_KEY" }; });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok || told.problem) throw told;
    return told;
  };
  return { certificates: () => ask("/v1/certificates"), sign: (what) => ask("/v1/sign", what) };
}

async function look(part) {
  const shown = part.querySelector("[name=certificate_number]");
  const hint = part.querySelector("[data-key-hint]");
  try {
    const [first] = await programOf(part).certificates();
    part.certificate = first;
    shown.value = first ? first.number : "";
  } catch { part.certificate = undefined; }
  hint.hidden = Boolean(part.certificate);
}

async function sign(part) {
  if (!part.certificate) await look(part);
  if (!part.certificate) throw new Problem(REASONS.NO_KEY);
  const pin = part.querySelector("[name=pin]").value;
  const password = part.querySelector("[name=key_password]");
  const { message } = await post(part.dataset.message, {});
  const { id, certificate } = part.certificate;
  const { signature } = await programOf(part).sign({ id, message, pin }).catch((told) => { throw reasonOf(told); });
  return post(part.dataset.check, { certificate, signature, ...(password ? { password: password.value } : {}) });
}

const WORK = { register, enter, sign };
for (const part of document.querySelectorAll("[data-key]")) {
  part.addEventListener("submit", (event) => {
    event.preventDefault();
    trying(part, () => WORK[part.dataset.key](part));
  });
  if (part.dataset.key === "sign") {
    look(part);
    part.querySelector("[data-key-refresh]").addEventListener("click", () => look(part));
  }
}
