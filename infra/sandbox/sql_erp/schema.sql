-- A French ERP of one's own making, on SQLite. Its "procedures" are triggers: SQLite has no others.
CREATE TABLE FAMILLE (CODE TEXT PRIMARY KEY, LIBELLE TEXT, PARENT TEXT, DATE_MODIF TEXT);
CREATE TABLE ARTICLE (
  REF TEXT PRIMARY KEY, DESIGNATION TEXT, FAMILLE TEXT, MARQUE TEXT, EAN TEXT, PRIX_HT NUMERIC, TAUX_TVA NUMERIC, STOCK NUMERIC,
  POIDS NUMERIC, SOMMEIL INTEGER DEFAULT 0, PHOTO TEXT, COULEUR TEXT, DATE_MODIF TEXT);
CREATE TABLE CLIENT (
  CODE_CLIENT TEXT PRIMARY KEY, RAISON_SOCIALE TEXT, NOM TEXT, PRENOM TEXT, EMAIL TEXT, TEL TEXT, ADRESSE TEXT, CP TEXT,
  VILLE TEXT, CODE_PAYS TEXT, REF_WEB TEXT UNIQUE, DATE_MODIF TEXT);
CREATE TABLE COMMANDE (
  NUMERO TEXT PRIMARY KEY, DATE_COMMANDE TEXT, CODE_CLIENT TEXT, REF_WEB TEXT UNIQUE, ETAT TEXT, TOTAL_HT NUMERIC,
  TOTAL_TVA NUMERIC, TOTAL_TTC NUMERIC, NUM_FACTURE TEXT, NUM_SUIVI TEXT, DATE_MODIF TEXT);
CREATE TABLE COMMANDE_LIGNE (
  NUMERO TEXT, NUM_LIGNE INTEGER, REF TEXT, LIBELLE TEXT, QTE NUMERIC, MONTANT_HT NUMERIC, TAUX_TVA NUMERIC,
  PRIMARY KEY (NUMERO, NUM_LIGNE));
CREATE VIEW V_WEB_COMMANDES AS
  SELECT c.NUMERO, c.DATE_COMMANDE, c.CODE_CLIENT, c.REF_WEB, c.ETAT, c.TOTAL_HT, c.TOTAL_TVA, c.TOTAL_TTC, c.NUM_FACTURE,
         c.NUM_SUIVI, c.DATE_MODIF, l.NUM_LIGNE, l.REF, l.LIBELLE AS LIBELLE_LIGNE, l.QTE, l.MONTANT_HT AS LIGNE_HT, l.TAUX_TVA
    FROM COMMANDE c LEFT JOIN COMMANDE_LIGNE l ON l.NUMERO = c.NUMERO;

CREATE TABLE WEB_COMMANDE (REFERENCE TEXT, DONNEES TEXT);
CREATE TRIGGER WEB_COMMANDE_ENTRE BEFORE INSERT ON WEB_COMMANDE
WHEN NOT EXISTS (SELECT 1 FROM COMMANDE WHERE REF_WEB = NEW.REFERENCE)
BEGIN
  SELECT RAISE(ABORT, 'un article de la commande n’existe pas') WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.DONNEES, '$.lines') l WHERE json_extract(l.value, '$.item') IS NOT NULL
       AND json_extract(l.value, '$.item') NOT IN (SELECT REF FROM ARTICLE));
  SELECT RAISE(ABORT, 'ce client n’existe pas') WHERE json_extract(NEW.DONNEES, '$.customer') NOT IN (
    SELECT CODE_CLIENT FROM CLIENT);
  INSERT INTO COMMANDE VALUES (
    (SELECT printf('CC%04d', 1 + coalesce(max(CAST(substr(NUMERO, 3) AS INTEGER)), 0)) FROM COMMANDE),
    json_extract(NEW.DONNEES, '$.dated'), json_extract(NEW.DONNEES, '$.customer'), NEW.REFERENCE, 'E',
    json_extract(NEW.DONNEES, '$.net'), json_extract(NEW.DONNEES, '$.tax'), json_extract(NEW.DONNEES, '$.gross'), NULL, NULL,
    datetime('now', 'localtime'));
  INSERT INTO COMMANDE_LIGNE
    SELECT c.NUMERO, l.key + 1, json_extract(l.value, '$.item'), json_extract(l.value, '$.title'),
           json_extract(l.value, '$.quantity'), json_extract(l.value, '$.net'), json_extract(l.value, '$.rate')
      FROM COMMANDE c, json_each(NEW.DONNEES, '$.lines') l WHERE c.REF_WEB = NEW.REFERENCE;
  UPDATE ARTICLE SET DATE_MODIF = datetime('now', 'localtime'), STOCK = STOCK - (
      SELECT sum(json_extract(l.value, '$.quantity')) FROM json_each(NEW.DONNEES, '$.lines') l
       WHERE json_extract(l.value, '$.item') = ARTICLE.REF)
    WHERE STOCK IS NOT NULL AND REF IN (SELECT json_extract(l.value, '$.item') FROM json_each(NEW.DONNEES, '$.lines') l);
END;

CREATE TABLE WEB_CLIENT (REFERENCE TEXT, DONNEES TEXT);
CREATE TRIGGER WEB_CLIENT_ENTRE BEFORE INSERT ON WEB_CLIENT
WHEN NOT EXISTS (SELECT 1 FROM CLIENT WHERE REF_WEB = NEW.REFERENCE)
BEGIN
  SELECT RAISE(ABORT, 'un client sans nom') WHERE json_extract(NEW.DONNEES, '$.last_name') = ''
     AND json_extract(NEW.DONNEES, '$.company') = '';
  INSERT INTO CLIENT VALUES (
    coalesce(nullif(json_extract(NEW.DONNEES, '$.code'), ''), (SELECT printf('C%04d', 1 + count(*)) FROM CLIENT)),
    json_extract(NEW.DONNEES, '$.account_title'), json_extract(NEW.DONNEES, '$.last_name'),
    json_extract(NEW.DONNEES, '$.first_name'), json_extract(NEW.DONNEES, '$.email'), json_extract(NEW.DONNEES, '$.phone'),
    json_extract(NEW.DONNEES, '$.billing.line1'), json_extract(NEW.DONNEES, '$.billing.postal_code'),
    json_extract(NEW.DONNEES, '$.billing.city'), json_extract(NEW.DONNEES, '$.billing.country'), NEW.REFERENCE,
    datetime('now', 'localtime'));
END;
