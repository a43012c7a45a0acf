// 换一张: fetches a new picture without losing what was typed. Without JavaScript the link reloads the page.

const picture = document.querySelector("[data-captcha]");

document.querySelector("[data-captcha-refresh]")?.addEventListener("click", (event) => {
  event.preventDefault();
  picture.src = `${picture.src.split("?")[0]}?${Date.now()}`;
  const box = document.getElementById("id_captcha");
  box.value = "";
  box.focus();
});
